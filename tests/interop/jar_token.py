"""Takes the time-stamp out of a signed jar: what it is about (the signature's octets), and the token.

usage: jar_token.py JAR DATA_OUT TOKEN_OUT
"""

import sys
import zipfile

from asn1crypto import cms


def main() -> None:
    jar_path, data_path, token_path = sys.argv[1:]
    with zipfile.ZipFile(jar_path) as jar:
        (block,) = (name for name in jar.namelist() if name.startswith("META-INF/") and name.endswith(".EC"))
        signed = cms.ContentInfo.load(jar.read(block))["content"]
    (signer,) = signed["signer_infos"]
    (token,) = (
        attribute["values"][0] for attribute in signer["unsigned_attrs"]
        if attribute["type"].native == "signature_time_stamp_token"
    )
    with open(data_path, "wb") as out:
        out.write(signer["signature"].native)
    with open(token_path, "wb") as out:
        out.write(token.dump())


main()
