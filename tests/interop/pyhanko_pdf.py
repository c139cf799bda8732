"""pyHanko signs a PDF with a time stamp of our authority, then validates both.

usage: pyhanko_pdf.py TSA_URL ROOT_PEM OUTPUT_PDF

Beside the PDF it leaves the two tokens and what each is about: .signature.{data,tst}, .document.{data,tst}.
"""

import datetime
import io
import sys

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from minimal_pdf import minimal_pdf


def author():
    """A key and a self-signed certificate for the person who signs the PDF."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Interop Author")])
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    return (
        asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        ),
        asn1_x509.Certificate.load(certificate.public_bytes(der)),
    )


def keep(path, data, token) -> None:
    for ending, octets in (("data", data), ("tst", token)):
        with open(f"{path}.{ending}", "wb") as output:
            output.write(octets)


def keep_tokens(reader, pdf, path) -> None:
    (signature,) = reader.embedded_regular_signatures
    (token,) = (
        attribute["values"][0] for attribute in signature.signer_info["unsigned_attrs"]
        if attribute["type"].native == "signature_time_stamp_token"
    )
    keep(f"{path}.signature", signature.signer_info["signature"].native, token.dump())
    (document,) = reader.embedded_timestamp_signatures
    start, length, second, rest = (int(number) for number in document.byte_range)
    data = pdf[start:start + length] + pdf[second:second + rest]
    keep(f"{path}.document", data, cms.ContentInfo({"content_type": "signed_data", "content": document.signed_data}).dump())


def main() -> None:
    url, root_path, output_path = sys.argv[1:]
    root = load_cert_from_pemder(root_path)
    stamper = HTTPTimeStamper(url, timeout=20)

    key, certificate = author()
    signer = SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=SimpleCertificateStore())
    signed = io.BytesIO()
    PdfSigner(PdfSignatureMetadata(field_name="Author"), signer, timestamper=stamper).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(minimal_pdf())), output=signed
    )
    # A second revision carries a document time stamp over the first (PAdES-LTA's shape).
    stamped = io.BytesIO()
    PdfTimeStamper(timestamper=stamper).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(signed.getvalue())), "sha256",
        validation_context=ValidationContext(trust_roots=[root], allow_fetching=False), output=stamped,
    )
    with open(output_path, "wb") as output:
        output.write(stamped.getvalue())

    reader = PdfFileReader(io.BytesIO(stamped.getvalue()))
    status = validate_pdf_signature(
        reader.embedded_regular_signatures[0],
        signer_validation_context=ValidationContext(trust_roots=[certificate], allow_fetching=False),
        ts_validation_context=ValidationContext(trust_roots=[root], allow_fetching=False),
    )
    time = status.timestamp_validity
    assert status.intact and status.valid and status.trusted, status.pretty_print_details()
    assert time is not None and time.intact and time.valid and time.trusted, status.pretty_print_details()

    document = validate_pdf_timestamp(
        reader.embedded_timestamp_signatures[0],
        validation_context=ValidationContext(trust_roots=[root], allow_fetching=False),
    )
    assert document.intact and document.valid and document.trusted, document.pretty_print_details()
    keep_tokens(reader, stamped.getvalue(), output_path)
    print(f"signature time stamp {time.timestamp.isoformat()}, document time stamp {document.timestamp.isoformat()}")


main()
