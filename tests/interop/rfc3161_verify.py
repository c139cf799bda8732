"""PyPI's rfc3161-client builds a request and verifies our answer; with tampered data it must refuse.

usage: rfc3161_verify.py TSA_URL ROOT_PEM TSU_PEM DATA_OUT REPLY_OUT

What was stamped, and the last reply, are left in the two files.
"""

import sys
import urllib.request

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

DATA = b"what rfc3161-client stamps"


def stamp(url, hash_algorithm, with_certificate):
    request = (
        TimestampRequestBuilder().data(DATA).hash_algorithm(hash_algorithm).cert_request(cert_request=with_certificate)
        .nonce(nonce=True).build()
    )
    message = urllib.request.Request(
        url, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"}, method="POST"
    )
    with urllib.request.urlopen(message, timeout=20) as reply:
        assert reply.headers["Content-Type"] == "application/timestamp-reply", reply.headers["Content-Type"]
        octets = reply.read()
        return request, octets, decode_timestamp_response(octets)


def main() -> None:
    url, root_path, tsu_path, data_path, reply_path = sys.argv[1:]
    with open(root_path, "rb") as file:
        root = x509.load_pem_x509_certificate(file.read())
    with open(tsu_path, "rb") as file:
        tsu = x509.load_pem_x509_certificate(file.read())
    for hash_algorithm in (HashAlgorithm.SHA256, HashAlgorithm.SHA512):
        for with_certificate in (False, True):
            request, octets, response = stamp(url, hash_algorithm, with_certificate)
            builder = VerifierBuilder.from_request(request).add_root_certificate(root)
            # Without certReq the token names its certificate only by hash: the verifier must bring it.
            verifier = (builder if with_certificate else builder.tsa_certificate(tsu)).build()
            assert verifier.verify_message(response, DATA)
            try:
                verifier.verify_message(response, DATA + b"!")
            except VerificationError:
                pass
            else:
                raise AssertionError("rfc3161-client accepted other data")
            print(f"{hash_algorithm.value} certReq={with_certificate} serial {response.tst_info.serial_number}")
    for path, content in ((data_path, DATA), (reply_path, octets)):
        with open(path, "wb") as output:
            output.write(content)


main()
