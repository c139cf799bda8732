"""Makes the vectors evidence-*.txt: locations as EAT, signed as CWT and as JWT by other people's code.

    python3 -m venv venv
    venv/bin/pip install cwt==3.3.0 cbor2==5.9.0 pyjwt==2.15.1 jwcrypto==1.6.1
    venv/bin/python evidence.py

python-cwt signs the CWTs, PyJWT and jwcrypto the JWTs; what no library signs is put together with
cbor2 and base64. Keys are the private numbers 7, 7 and thirty-two octets 07: nobody's. ECDSA
signatures differ from run to run.
"""

import base64
import hashlib
import json
import math
import os

import cbor2
import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cwt import COSE, COSEKey, Signer
from jwcrypto import jwk, jws

ACCEPTED = 1795461346000  # 2026-11-23T19:15:46Z
ISSUED = ACCEPTED - 11000
CHALLENGE = bytes([0xC0]) * 32
IMPRINT = bytes([0xD0]) * 32
POLICY = "1.2.840.113556.1.8000.2554.13320.41154.49274.18401.42541.4710609.16776289.3.10"
HERE = os.path.dirname(os.path.abspath(__file__))

ES256 = ec.derive_private_key(7, ec.SECP256R1())
ES384 = ec.derive_private_key(7, ec.SECP384R1())
EDDSA = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def oid(dotted):
    arcs = [int(arc) for arc in dotted.split(".")]
    body = b""
    for arc in [arcs[0] * 40 + arcs[1]] + arcs[2:]:
        group = [arc & 0x7F]
        while arc := arc >> 7:
            group.insert(0, 0x80 | arc & 0x7F)
        body += bytes(group)
    return bytes([6, len(body)]) + body


def nonce(key, imprint):
    sha = lambda octets: hashlib.sha256(octets).digest()
    return sha(b"LS1-nonce" + CHALLENGE + imprint + sha(spki(key)) + oid(POLICY))


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def at95(accuracy, confidence):
    """Radius in mm that holds 95 % of a circular Gaussian."""
    if confidence == 0.95:
        return math.ceil(accuracy * 1000)
    return math.ceil(math.ceil(accuracy * 1000) * math.sqrt(math.log(0.05) / math.log(1 - confidence)))


def claims(key, location, imprint=IMPRINT, **more):
    return {10: nonce(key, imprint), 264: location, **{int(k[1:]): v for k, v in more.items()}}


def json_claims(key, location, imprint=IMPRINT, **more):
    return {"eat_nonce": b64(nonce(key, imprint)), "location": location, **more}


TOWER = {1: 48.85837, 2: 2.29448, 4: 6.5, "mock": False, "method": "gnss"}
NAMED = {"latitude": 48.85837, "longitude": 2.29448, "accuracy": 6.5, "mock": False, "method": "gnss"}


def write(name, key, kind, content, expect="verify ok", comment=None, **fields):
    lines = [
        "kind: location-evidence",
        "rfc: RFC 9711 4.1, 4.2.10",
        f"expect: {expect}",
        "source: made with Python, see evidence.py",
    ]
    if comment:
        lines.append(f"comment: {comment}")
    body = {
        "format": f"application/eat+{kind}",
        "spki": spki(key).hex(),
        "nonce": CHALLENGE.hex(),
        "imprint": IMPRINT.hex(),
        "policy": POLICY,
        "issued": ISSUED,
        "accepted": ACCEPTED,
        "content": content.hex(),
        **fields,
    }
    with open(os.path.join(HERE, f"evidence-{name}.txt"), "w") as file:
        file.write("\n".join(lines) + "\n\n")
        file.writelines(f"{key} {value}\n" for key, value in body.items())


def good(radius, fix=ACCEPTED, error=11000, method="gnss", signed=True, lat=488583700, lon=22944800):
    return {
        "lat_e7": lat,
        "lon_e7": lon,
        "radius_mm": radius,
        "fix_time_ms": fix,
        "max_error_ms": error,
        "method": method,
        "key_signed": str(signed).lower(),
    }


def cwt(key, payload, **options):
    """What python-cwt signs, without the dates of today that its encode() adds."""
    cose = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=bool(options))
    return cose.encode(cbor2.dumps(payload), COSEKey.from_pem(pem(key), **options))


def sign1(key, protected, unprotected, payload):
    """A COSE_Sign1 that no library makes: signed with ES256 over whatever the headers say."""
    head = cbor2.dumps(protected) if protected else b""
    message = cbor2.dumps(["Signature1", head, b"", payload or b""])
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return cbor2.dumps(cbor2.CBORTag(18, [head, unprotected, payload, signature]))


def compact(key, header, payload):
    """A JWS that no library makes: ES256 under any header."""
    message = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}".encode()
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return message + b"." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big")).encode()


# What is taken.
write("cwt-es256", ES256, "cwt", cwt(ES256, claims(ES256, TOWER), kid="01"), **good(6500))
android = {1: -33.9, 2: 180, 3: 12, 4: 10, 5: 3, 6: 90, 7: 1.5, 8: ACCEPTED // 1000 - 30, "platform": "android"}
write(
    "cwt-es384", ES384, "cwt", bytes([0xD8, 61]) + cwt(ES384, claims(ES384, android, _6=ACCEPTED // 1000 - 2)),
    comment="Integers and floats, the longitude 180, 68 % of Android, in tag 61.",
    **good(at95(10, 0.68), ACCEPTED - 30000, 5000, "unknown", lat=-339000000, lon=-1800000000),
)
ios = {1: 89.99999999, 2: 33, 4: 8.25, 9: 12, "platform": "ios"}
write(
    "cwt-eddsa", EDDSA, "cwt", cwt(EDDSA, claims(EDDSA, ios, imprint=bytes(32), _6=ACCEPTED // 1000 - 2)),
    comment="A pole, an age counted from iat, 1 - 1/e of Apple, and a nonce without a document.",
    **good(at95(8.25, 1 - math.exp(-1)), ACCEPTED - 14000, 5000, "unknown", False, lat=900000000, lon=0),
)
token = jwt.encode(json_claims(ES256, NAMED, iss="somebody", jti="1"), pem(ES256), "ES256")
write("jwt-es256", ES256, "jwt", token.encode(), comment="PyJWT, with claims that say nothing here.", **good(6500))
late = {**NAMED, "timestamp": ACCEPTED / 1000 - 1.25, "confidence": 0.5, "method": "fused"}
token = jwt.encode(json_claims(ES384, late), pem(ES384), "ES384", headers={"kid": "k"})
write("jwt-es384", ES384, "jwt", token.encode(), **good(at95(6.5, 0.5), ACCEPTED - 1250, 5000, "fused"))
token = jws.JWS(json.dumps(json_claims(EDDSA, NAMED)))
token.add_signature(jwk.JWK.from_pem(pem(EDDSA).encode()), protected=json.dumps({"alg": "EdDSA", "typ": "eat+jwt"}))
write("jwt-eddsa", EDDSA, "jwt", token.serialize(compact=True).encode(), comment="jwcrypto.", **good(6500))

# What is not.
payload = cbor2.dumps(claims(ES256, TOWER))
SIGNATURE = "rejected evidence-signature"
mac = COSEKey.from_symmetric_key(bytes(32), alg="HS256")
content = COSE.new(alg_auto_inclusion=True).encode(payload, mac)
write("cwt-hmac", ES256, "cwt", content, "rejected malformed", "COSE_Mac0, tag 17.")
both = [Signer.from_pem(pem(ES256), kid="1"), Signer.from_pem(pem(ES384), kid="2")]
content = COSE.new(alg_auto_inclusion=True).encode_and_sign(payload, signers=both)
write("cwt-two-signatures", ES256, "cwt", content, SIGNATURE, "COSE_Sign, tag 98.")
write("cwt-unprotected-alg", ES256, "cwt", sign1(ES256, {}, {1: -7}, payload), SIGNATURE)
write("cwt-two-algs", ES256, "cwt", sign1(ES256, {1: -7}, {1: -7}, payload), SIGNATURE)
write("cwt-crit", ES256, "cwt", sign1(ES256, {1: -7, 2: [-65537], -65537: 1}, {}, payload), SIGNATURE)
write("cwt-x5chain", ES256, "cwt", sign1(ES256, {1: -7}, {33: b"\x30\x00"}, payload), SIGNATURE)
write("cwt-detached", ES256, "cwt", sign1(ES256, {1: -7}, {}, None), "rejected malformed")
for name, value in [("nan", math.nan), ("infinity", math.inf), ("huge", 1e300)]:
    wrong = cbor2.dumps(claims(ES256, {**TOWER, 1: value}))
    write(f"cwt-{name}", ES256, "cwt", sign1(ES256, {1: -7}, {}, wrong), "rejected out-of-range")
twice = payload[:1].replace(b"\xa2", b"\xa3") + payload[1:] + cbor2.dumps(10) + cbor2.dumps(bytes(32))
write("cwt-duplicate", ES256, "cwt", sign1(ES256, {1: -7}, {}, twice), "rejected malformed")
other = cbor2.dumps(claims(ES384, TOWER))
write("cwt-other-key", ES256, "cwt", sign1(ES256, {1: -7}, {}, other), "rejected binding-mismatch")
write("cwt-other-signer", ES256, "cwt", cwt(ES384, claims(ES256, TOWER)), SIGNATURE)

token = jwt.encode(json_claims(ES256, NAMED), "0" * 32, "HS256")
write("jwt-hmac", ES256, "jwt", token.encode(), SIGNATURE)
write("jwt-none", ES256, "jwt", jwt.encode(json_claims(ES256, NAMED), None, "none").encode(), SIGNATURE)
mine = json_claims(ES256, NAMED)
public = json.loads(jwk.JWK.from_pem(pem(ES256).encode()).export_public())
for name, more in [
    ("jwk", {"jwk": public}),
    ("jku", {"jku": "https://example.org/keys"}),
    ("x5c", {"x5c": ["MAA="]}),
    ("crit", {"crit": ["exp"], "exp": 1}),
    ("b64", {"b64": False}),
    ("typ", {"typ": "dpop+jwt"}),
]:
    write(f"jwt-{name}", ES256, "jwt", compact(ES256, {"alg": "ES256", **more}, mine), SIGNATURE)
write("jwt-two-nonces", ES256, "jwt", compact(ES256, {"alg": "ES256"}, {**mine, "eat_nonce": [mine["eat_nonce"]] * 2}), "rejected malformed")
write("jwt-simulated", ES256, "jwt", compact(ES256, {"alg": "ES256"}, {**mine, "location": {**NAMED, "mock": True}}), "rejected mock-location")
