"""Writes h3-cells.txt with h3-py and spherical trigonometry, and none of our code."""

import random
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt

import h3

SAMPLES = 1024
SPHERE_MM = 6371007180.918475
GOLDEN_ANGLE = pi * (3 - sqrt(5))
HEADER = """kind: h3-cells
rfc: H3 4.5 latLngToCell, cellToParent
expect: verify ok
source: made with h3-py 4.5.0 by h3-cells.py, see README.md
"""


def samples(lat, lon, radius_mm):
    """Points of the disc, turned from the pole to where it is."""
    lat, lon, half = radians(lat), radians(lon), min(radius_mm / SPHERE_MM, pi) / 2
    for i in range(SAMPLES):
        c = 2 * asin(sin(half) * sqrt((i + 0.5) / SAMPLES))
        north, east = sin(c) * cos(i * GOLDEN_ANGLE), sin(c) * sin(i * GOLDEN_ANGLE)
        x, z = cos(lat) * cos(c) - sin(lat) * north, sin(lat) * cos(c) + cos(lat) * north
        yield degrees(atan2(z, sqrt(x * x + east * east))), degrees(lon + atan2(east, x))


def disc(lat_e7, lon_e7, radius_mm):
    lat, lon = lat_e7 / 1e7, lon_e7 / 1e7
    points = list(samples(lat, lon, radius_mm))
    claims = []
    for res in range(4, 12):
        cell = h3.latlng_to_cell(lat, lon, res)
        inside = sum(h3.latlng_to_cell(*point, res) == cell for point in points)
        claims.append(f"{cell}:{(inside * 1000 + SAMPLES // 2) // SAMPLES}")
    return f"disc {lat_e7} {lon_e7} {radius_mm} {' '.join(claims)}"


def counter_example(lat_e7, lon_e7, coarse, fine):
    lat, lon = lat_e7 / 1e7, lon_e7 / 1e7
    direct = h3.latlng_to_cell(lat, lon, coarse)
    below = h3.latlng_to_cell(lat, lon, fine)
    parent = h3.cell_to_parent(below, coarse)
    if parent == direct:
        return None
    return f"counter-example {lat_e7} {lon_e7} {coarse} {direct} {fine} {below} {parent}"


def anywhere():
    return round(degrees(asin(random.uniform(-1, 1))) * 1e7), random.randrange(-1800000000, 1800000000)


random.seed(20261124)
lines = [counter_example(299931100, -813309300, 3, 12)]  # uber/h3-py#429
for coarse in range(4, 11):
    for fine in sorted({coarse + 1, 11}):
        found = None
        while found is None:
            found = counter_example(*anywhere(), coarse, fine)
        lines.append(found)

PLACES = [
    (488583700, 22944800),  # Eiffel Tower
    (299931100, -813309300),  # uber/h3-py#429
    (900000000, 0), (-900000000, 0),
    (-168000000, -1800000000), (-168000000, 1799999999), (0, 0),
    (600000000, 1799990000), (-600000000, -1799990000),
]
for res in (0, 4, 11):  # around pentagons, which are corners of the icosahedron
    lat, lon = h3.cell_to_latlng(h3.get_pentagons(res)[3])
    PLACES.append((round(lat * 1e7) + 40, round(lon * 1e7) - 30))
corners = [h3.cell_to_latlng(cell) for cell in h3.get_pentagons(0)]
for other in corners[1:]:  # on edges of the icosahedron
    if h3.great_circle_distance(corners[0], other, unit="rads") < 1.2:
        (a, b), (c, d) = corners[0], other
        a, b, c, d = map(radians, (a, b, c, d))
        x, y, z = cos(a) * cos(b) + cos(c) * cos(d), cos(a) * sin(b) + cos(c) * sin(d), sin(a) + sin(c)
        PLACES.append((round(degrees(atan2(z, sqrt(x * x + y * y))) * 1e7), round(degrees(atan2(y, x)) * 1e7)))
PLACES += [anywhere() for _ in range(12)]

RADII = [0, 6500, 25000, 100000, 1500000, 25000000, 500000000]
for number, (lat_e7, lon_e7) in enumerate(PLACES):
    for radius_mm in (RADII[number % 7], RADII[(number * 3 + 2) % 7]):
        lines.append(disc(lat_e7, lon_e7, radius_mm))
lines.append(disc(488583700, 22944800, 6500))  # the golden claim
for radius_mm in (10007543398, 20015086796, 40075017000):
    lines.append(disc(488583700, 22944800, radius_mm))

with open("h3-cells.txt", "w", encoding="ascii") as out:
    out.write(HEADER + "\n" + "\n".join(dict.fromkeys(lines)) + "\n")
