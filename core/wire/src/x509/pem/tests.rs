use super::*;
use proptest::prelude::*;

fn certificate(name: &str) -> Vec<u8> {
    let vectors = meridian_rfc_vectors::vector::load("openssl-ts").unwrap();
    let vector = vectors.into_iter().find(|vector| vector.name == name);
    vector.unwrap().body.octets().unwrap().to_vec()
}

fn bundle() -> String {
    let tsa = certificate_to_pem(&certificate("tsa.cer"));
    let root = certificate_to_pem(&certificate("root.cer"));
    format!("# the unit\n{tsa}\nsubject=CN = Vector root\r\n{root}")
}

fn refusal(pem: &str) -> PemError {
    certificates(pem.as_bytes()).unwrap_err()
}

#[test]
fn reads_a_bundle_in_its_order() {
    for text in [bundle(), bundle().replace('\n', "\r\n")] {
        let read = certificates(text.as_bytes()).unwrap();
        let der: Vec<_> = read.iter().map(CertificateView::as_der).collect();
        assert_eq!(der, [certificate("tsa.cer"), certificate("root.cer")]);
    }
}

#[test]
fn reads_one_certificate_in_der() {
    let der = certificate("tsa.cer");
    assert_eq!(certificates(&der).unwrap()[0].as_der(), der);
}

#[test]
fn names_the_line_that_is_damaged() {
    let lines: Vec<String> = bundle().lines().map(str::to_owned).collect();
    let with = |line: usize, text: &str| {
        let mut lines = lines.clone();
        lines[line - 1] = text.to_owned();
        lines.join("\n")
    };
    assert_eq!(lines[1], "-----BEGIN CERTIFICATE-----");
    let broken = with(5, &"*".repeat(64));
    assert_eq!(refusal(&broken), PemError::Base64 { line: 5 });
    let shorter = with(5, "AAA");
    assert!(matches!(refusal(&shorter), PemError::Base64 { .. }));
    let unterminated = with(2, "-----BEGIN CERTIFICATE");
    assert_eq!(refusal(&unterminated), PemError::Unterminated { line: 2 });
    let end = lines.iter().position(|line| line.starts_with(END)).unwrap() + 1;
    for text in ["", "-----END KEY-----", "-----END CERTIFICATE"] {
        assert_eq!(
            refusal(&with(end, text)),
            PemError::Unterminated { line: 2 }
        );
    }
    let key = with(2, "-----BEGIN PRIVATE KEY-----");
    assert!(matches!(refusal(&key), PemError::Label { line: 2, .. }));
}

#[test]
fn refuses_a_block_that_holds_no_certificate() {
    let error = refusal(&certificate_to_pem(&[0x30, 0]));
    assert!(matches!(error, PemError::Certificate { line: 1, .. }));
    assert_eq!(refusal("nothing here"), PemError::NoCertificate);
    assert_eq!(refusal(""), PemError::NoCertificate);
    assert_eq!(certificates(&[0xff]).unwrap_err(), PemError::NoCertificate);
}

#[test]
fn refuses_more_than_64_certificates() {
    let one = certificate_to_pem(&certificate("tsa.cer"));
    assert!(certificates(one.repeat(64).as_bytes()).is_ok());
    assert_eq!(refusal(&one.repeat(65)), PemError::TooMany);
}

#[test]
fn reads_the_one_private_key() {
    let pem = private_key_to_pem(&[1, 2, 3]);
    assert_eq!(**private_key(&pem).unwrap(), [1, 2, 3]);
    let second = private_key(&pem.repeat(2)).unwrap_err();
    assert_eq!(second, PemError::SecondKey { line: 4 });
    assert_eq!(private_key(""), Err(PemError::NoPrivateKey));
    let older = pem.replace("PRIVATE KEY", "EC PRIVATE KEY");
    assert_eq!(
        private_key(&older).unwrap_err().to_string(),
        "line 1: a block \"EC PRIVATE KEY\" where \"PRIVATE KEY\" is needed"
    );
}

#[test]
fn writes_lines_of_64() {
    let pem = certificate_to_pem(&certificate("tsa.cer"));
    let longest = pem.lines().map(str::len).max().unwrap();
    assert_eq!(longest, 64);
    assert!(pem.ends_with("-----END CERTIFICATE-----\n"));
}

proptest! {
    #[test]
    fn a_key_is_read_as_written(der in prop::collection::vec(any::<u8>(), 1..400)) {
        let read = private_key(&private_key_to_pem(&der)).unwrap();
        prop_assert_eq!(&**read, &der[..]);
    }
}
