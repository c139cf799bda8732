//! Attacks on the signature.

use meridian_verify::report::Report;
use meridian_verify::verdict::Verdict;
use meridian_wire::oid;
use meridian_wire::reader::der_form::element;
use rsa::BigUint;
use rsa::traits::PublicKeyParts;
use sha2::{Sha256, Sha384, Sha512};

use crate::forge::der::{algorithm, integer, null, number, sequence, tagged};
use crate::forge::key::Key;
use crate::forge::rsa::{self as forged, F4, LEN, block, digest_info, mgf1, pkcs1, pss, raise};
use crate::forge::token::Token;
use crate::forge::world::{WORLD, judge, tst_info, unit};
use crate::support::{failed, status, undecided};
use meridian_verify::finding::Status;

/// A token by a unit that has this key, with this digest of the content.
fn token_by<D: sha2::Digest>(key: &Key, digest: &oid::ObjectIdentifier) -> Token {
    let token = WORLD.token_of(&unit(key), key, &tst_info());
    token.digested::<D>(digest, &tst_info().der())
}

fn judged<D: sha2::Digest>(key: &Key, digest: &oid::ObjectIdentifier) -> Report {
    judge(&token_by::<D>(key, digest).signed(key))
}

#[test]
fn n01_a_flipped_bit_anywhere_that_is_signed() {
    let genuine = WORLD.honest();
    let facts = judge(&genuine).token().cloned();
    let set = WORLD.token(&tst_info()).signed_set();
    let place = |part: &[u8]| {
        let found = genuine.windows(part.len()).position(|one| one == part);
        found.unwrap()..found.unwrap() + part.len()
    };
    let (info, attributes) = (place(&tst_info().der()), place(&set[2..]));
    let certificate = place(&WORLD.unit);
    let mut told = 0;
    for octet in 0..genuine.len() {
        let mut flipped = genuine.clone();
        flipped[octet] ^= 1 << (octet % 8);
        let Ok(input) = meridian_verify::input::recognise(&flipped) else {
            continue;
        };
        drop(input);
        let report = judge(&flipped);
        let ids = failed(&report);
        let has = |id: &str| ids.contains(&id.to_owned());
        if info.contains(&octet) {
            // The content can still be read, or not.
            assert!(has("V044") || has("V020"), "{octet}: {ids:?}");
        } else if attributes.contains(&octet) {
            assert!(has("V045") || has("V006"), "{octet}: {ids:?}");
        } else if certificate.contains(&octet) {
            // The certificate named is not the certificate at hand, or is none.
            let lost = status(&report, 40) == Some(Status::Indeterminate);
            assert!(has("V051") || has("V006") || lost, "{octet}: {ids:?}");
        } else if report.models().gen_time == Verdict::Passed {
            // Nobody signed it, and it says nothing.
            assert_eq!(report.token().cloned(), facts, "{octet}");
            continue;
        }
        told += 1;
        assert_ne!(report.models().gen_time, Verdict::Passed, "{octet}");
    }
    assert!(told > info.len() + attributes.len() + certificate.len());
}

#[test]
fn n20_rsa_blocks_that_a_lenient_reader_takes() {
    let good = |message: &[u8]| block(1, &digest_info(message, &null()));
    let end = |encode: Encode| {
        let key = forged::key(F4, pkcs1(), encode);
        failed(&judged::<Sha256>(&key, &oid::SHA_256))
    };
    let key = forged::key(F4, pkcs1(), good);
    let report = judged::<Sha256>(&key, &oid::SHA_256);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    // NULL left out, which the note to RFC 8017 section 9.2 allows.
    assert_eq!(end(|message| block(1, &digest_info(message, &[]))), [""; 0]);
    let forgeries: &[Encode] = &[
        // The last octets of the digest not looked at, with NULL and without.
        |message| last_changed(block(1, &digest_info(message, &null()))),
        |message| last_changed(block(1, &digest_info(message, &[]))),
        // Octets behind the digest, the padding shorter for it.
        |message| block(1, &[digest_info(message, &null()), vec![0; 8]].concat()),
        |message| garbage_at_the_end(&digest_info(message, &null())),
        // Another block type, another first octet, a hole in the padding, no padding.
        |message| block(2, &digest_info(message, &null())),
        |message| block(0, &digest_info(message, &null())),
        |message| changed(block(1, &digest_info(message, &null())), 9, 0xfe),
        |message| changed(block(1, &digest_info(message, &null())), 9, 0),
        // Something in the parameters, an element behind them, a length in two octets.
        |message| block(1, &digest_info(message, &[4, 8, 1, 2, 3, 4, 5, 6, 7, 8])),
        |message| block(1, &digest_info(message, &[5, 0, 5, 0])),
        |message| block(1, &digest_info(message, &[5, 1, 0])),
        |message| block(1, &long_length(&digest_info(message, &null()))),
        // Another digest's name, a name cut short, no name at all.
        |message| block(1, &renamed(message, &oid::SHA3_256)),
        |message| block(1, &cut_name(message)),
        |message| block(1, &<Sha256 as sha2::Digest>::digest(message)),
        // All of it shifted by one.
        |message| shifted(&block(1, &digest_info(message, &null()))),
    ];
    for (number, forgery) in forgeries.iter().enumerate() {
        assert_eq!(end(*forgery), ["V045"], "forgery {number}");
    }
}

/// What is made of a message before it is raised to the secret power.
type Encode = fn(&[u8]) -> Vec<u8>;

fn changed(mut block: Vec<u8>, place: usize, value: u8) -> Vec<u8> {
    block[place] = value;
    block
}

fn last_changed(block: Vec<u8>) -> Vec<u8> {
    changed(block, LEN - 1, 0x77)
}

/// Eight octets of padding, then what is to be read, then anything.
fn garbage_at_the_end(info: &[u8]) -> Vec<u8> {
    let front = [&[0, 1][..], &[0xff; 8], &[0], info].concat();
    let rest = vec![0x5a; LEN - front.len()];
    [front, rest].concat()
}

fn long_length(info: &[u8]) -> Vec<u8> {
    [&[info[0], 0x81], &info[1..]].concat()
}

fn renamed(message: &[u8], oid: &oid::ObjectIdentifier) -> Vec<u8> {
    let digest = <Sha256 as sha2::Digest>::digest(message);
    sequence(&[algorithm(oid, &null()), element(&[0x04], &digest)])
}

fn cut_name(message: &[u8]) -> Vec<u8> {
    let digest = <Sha256 as sha2::Digest>::digest(message);
    let name = oid::SHA_256.as_bytes();
    let name = element(&[0x06], &name[..name.len() - 1]);
    let kind = sequence(&[name, null()]);
    sequence(&[kind, element(&[0x04], &digest)])
}

fn shifted(block: &[u8]) -> Vec<u8> {
    [&block[1..], &[0]].concat()
}

#[test]
fn n20_an_rsa_signature_of_another_length_or_beyond_the_modulus() {
    let key = forged::key(F4, pkcs1(), |message| {
        block(1, &digest_info(message, &null()))
    });
    let token = token_by::<Sha256>(&key, &oid::SHA_256);
    let signature = key.sign(&token.signed_set());
    let private = forged::private(F4);
    let beyond = BigUint::from_bytes_be(&signature) + private.n();
    let others = [
        [&[0][..], &signature].concat(),
        [&signature[..], &[0]].concat(),
        signature[..LEN - 1].to_vec(),
        beyond.to_bytes_be(),
        private.n().to_bytes_be(),
        vec![0; LEN],
        [vec![0; LEN - 1], vec![1]].concat(),
        Vec::new(),
    ];
    for other in others {
        let report = judge(&token.with_signature(&other));
        assert_eq!(failed(&report), ["V045"], "{} octets", other.len());
    }
}

/// A composite of ML-DSA-44 and ECDSA on P-256, which this verifier does not know.
fn composite() -> oid::ObjectIdentifier {
    oid::ObjectIdentifier::from_bytes(b"\x2b\x06\x01\x05\x05\x07\x06\x28").unwrap()
}

#[test]
fn n22_a_signature_that_is_empty_or_cut() {
    let keys = [
        (Key::p384(31), oid::SHA_384),
        (Key::ed25519(32), oid::SHA_512),
        (Key::ml_dsa_44(33), oid::SHA_512),
    ];
    for (key, digest) in &keys {
        let token = match *digest {
            oid::SHA_384 => token_by::<Sha384>(key, digest),
            _ => token_by::<Sha512>(key, digest),
        };
        let signature = key.sign(&token.signed_set());
        let report = judge(&token.with_signature(&signature));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
        let step = signature.len() / 40;
        for cut in (0..signature.len()).step_by(step.max(1)) {
            let report = judge(&token.with_signature(&signature[..cut]));
            assert_eq!(failed(&report), ["V045"], "{cut}");
        }
        let report = judge(&token.with_signature(&vec![0; signature.len()]));
        assert_eq!(failed(&report), ["V045"]);
    }
    // A composite is not known; whatever it holds, nothing is proven.
    let key = &WORLD.unit_key;
    let mut token = WORLD.token(&tst_info());
    token.signature_algorithm = algorithm(&composite(), &[]);
    for signature in [Vec::new(), vec![0; 10], key.sign(&token.signed_set())] {
        let report = judge(&token.with_signature(&signature));
        assert_eq!(undecided(&report), ["V046"]);
        assert_eq!(report.models().gen_time, Verdict::Indeterminate);
    }
}

/// r and s of a signature.
fn numbers(signature: &[u8]) -> (BigUint, BigUint) {
    let r_len = usize::from(signature[3]);
    let r = &signature[4..4 + r_len];
    let s = &signature[6 + r_len..];
    (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s))
}

/// The order of P-384.
fn order() -> BigUint {
    let digits = "ffffffffffffffffffffffffffffffffffffffffffffffff\
                  c7634d81f4372ddf581a0db248b0a77aecec196accc52973";
    BigUint::from_bytes_be(&hex::decode(digits).unwrap())
}

fn with_numbers(r: &BigUint, s: &BigUint) -> Vec<u8> {
    sequence(&[integer(&r.to_bytes_be()), integer(&s.to_bytes_be())])
}

#[test]
fn n23_more_in_an_ecdsa_signature_than_two_numbers() {
    let token = WORLD.token(&tst_info());
    let signature = WORLD.unit_key.sign(&token.signed_set());
    let content = &signature[2..];
    let long = [&[0x30, 0x81, signature[1]], content].concat();
    let indefinite = [&[0x30, 0x80], content, &[0, 0]].concat();
    let padded = [&[2, content[1] + 1, 0], &content[2..]].concat();
    let others = [
        sequence(&[content.to_vec(), number(1)]),
        sequence(&[content.to_vec(), null()]),
        sequence(&[content.to_vec(), content.to_vec()]),
        [&signature[..], &[0]].concat(),
        [&signature[..], &signature[..]].concat(),
        sequence(std::slice::from_ref(&signature)),
        element(&[0x31], content),
        sequence(&[padded]),
        long,
        indefinite,
    ];
    for other in others {
        let report = judge(&token.with_signature(&other));
        assert_eq!(failed(&report), ["V045"], "{other:02x?}");
    }
}

/// RSASSA-PSS-params, each part as it is.
fn pss_algorithm(parts: &[Vec<u8>]) -> Vec<u8> {
    let explicit: Vec<_> = (0..)
        .zip(parts)
        .filter(|(_, part)| !part.is_empty())
        .map(|(number, part)| tagged(number, part))
        .collect();
    algorithm(&oid::RSASSA_PSS, &sequence(&explicit))
}

fn mask_by(digest: &oid::ObjectIdentifier) -> Vec<u8> {
    algorithm(&oid::MGF1, &algorithm(digest, &null()))
}

fn sha256_pss(salt: u64, trailer: &[u8]) -> Vec<u8> {
    let sha256 = algorithm(&oid::SHA_256, &null());
    pss_algorithm(&[
        sha256,
        mask_by(&oid::SHA_256),
        number(salt),
        trailer.to_vec(),
    ])
}

#[test]
fn n24_pss_with_other_parameters_than_it_was_made_with() {
    let honest: Encode = |message| pss(message, 32, mgf1::<Sha256>, 0xbc);
    let end = |algorithm: Vec<u8>, encode: Encode| {
        let key = forged::key(F4, algorithm, encode);
        judged::<Sha256>(&key, &oid::SHA_256)
    };
    let report = end(sha256_pss(32, &[]), honest);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    // What was made with others than it says.
    let others: &[(u64, Encode)] = &[
        (20, honest),
        (33, honest),
        (4096, honest),
        (32, |message| pss(message, 20, mgf1::<Sha256>, 0xbc)),
        (32, |message| pss(message, 32, mgf1::<Sha384>, 0xbc)),
        (32, |message| pss(message, 32, mgf1::<Sha256>, 0xcc)),
        (32, |message| pss(message, 32, mgf1::<Sha256>, 0x00)),
        (32, |message| {
            changed(pss(message, 32, mgf1::<Sha256>, 0xbc), 0, 0x80)
        }),
        (32, |message| block(1, &digest_info(message, &null()))),
    ];
    for (number, (salt, encode)) in others.iter().enumerate() {
        let report = end(sha256_pss(*salt, &[]), *encode);
        assert_eq!(failed(&report), ["V045"], "{number}");
    }
    // What says what nobody can check: another trailer, a mask by another digest.
    let sha256 = algorithm(&oid::SHA_256, &null());
    let strange = [
        sha256_pss(32, &number(2)),
        pss_algorithm(&[sha256.clone(), mask_by(&oid::SHA_384), number(32)]),
        pss_algorithm(&[
            sha256.clone(),
            algorithm(&oid::SHA_256, &null()),
            number(32),
        ]),
        // The defaults are SHA-1; the mask here is not.
        pss_algorithm(&[sha256]),
    ];
    for algorithm in strange {
        let report = end(algorithm, honest);
        assert_eq!(undecided(&report), ["V046"]);
        assert_eq!(report.models().gen_time, Verdict::Indeterminate);
    }
    // No parameters, and parameters that are none.
    for parameters in [Vec::new(), null(), sequence(&[null()])] {
        let report = end(algorithm(&oid::RSASSA_PSS, &parameters), honest);
        assert_eq!(failed(&report), ["V046"]);
    }
}

#[test]
fn n25_numbers_of_an_ecdsa_signature_at_their_bounds() {
    let token = WORLD.token(&tst_info());
    let (r, s) = numbers(&WORLD.unit_key.sign(&token.signed_set()));
    let (zero, n) = (BigUint::from(0_u32), order());
    // s and n - s are both right (FIPS 186-5 does not ask for the low one).
    for s in [s.clone(), &n - &s] {
        let report = judge(&token.with_signature(&with_numbers(&r, &s)));
        assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    }
    let negative = sequence(&[element(&[0x02], &[0x80; 48]), integer(&s.to_bytes_be())]);
    let others = [
        with_numbers(&zero, &s),
        with_numbers(&r, &zero),
        with_numbers(&zero, &zero),
        with_numbers(&n, &s),
        with_numbers(&r, &n),
        with_numbers(&n, &n),
        with_numbers(&(&r + &n), &s),
        with_numbers(&r, &(&s + &n)),
        with_numbers(&r, &(&s + BigUint::from(1_u32))),
        negative,
        sequence(&[element(&[0x02], &[]), element(&[0x02], &[])]),
    ];
    for other in others {
        let report = judge(&token.with_signature(&other));
        assert_eq!(failed(&report), ["V045"], "{other:02x?}");
    }
}

#[test]
fn n26_a_forgery_for_the_exponent_three() {
    // A third root of a block whose end is free: made without the secret key.
    let private = forged::private(3);
    let spki = forged::spki(&private.n().to_bytes_be(), &[3]);
    let forger = Key::new(spki, pkcs1(), |message| {
        let wanted = garbage_at_the_end(&digest_info(message, &null()));
        let mut low = wanted.clone();
        low[62..].fill(0);
        let root = forged::cube_root_up(&BigUint::from_bytes_be(&low));
        let cube = forged::padded(&(&root * &root * &root));
        assert_eq!(
            cube[..62],
            wanted[..62],
            "the forgery begins as a block does"
        );
        forged::padded(&root)
    });
    let report = judged::<Sha256>(&forger, &oid::SHA_256);
    assert_eq!(failed(&report), ["V045"]);
    // An honest signature by the same key is right; the exponent is mentioned.
    let honest = forged::key(3, pkcs1(), |message| {
        block(1, &digest_info(message, &null()))
    });
    let report = judged::<Sha256>(&honest, &oid::SHA_256);
    assert_eq!(report.models().gen_time, Verdict::Passed, "{report:?}");
    assert_eq!(status(&report, 48), Some(Status::Warning));
}

#[test]
fn n26_rsa_keys_that_are_none() {
    let private = forged::private(F4);
    let modulus = private.n().to_bytes_be();
    let mut even = modulus.clone();
    *even.last_mut().unwrap() &= 0xfe;
    let exponent = F4.to_be_bytes();
    let huge = |octets: usize| [vec![0x80], vec![0; octets - 2], vec![1]].concat();
    for (modulus, exponent) in [
        (even, exponent.to_vec()),
        (modulus.clone(), vec![1]),
        (modulus.clone(), vec![2]),
        (modulus.clone(), vec![0]),
        (modulus.clone(), huge(33)),
        (modulus[..127].to_vec(), exponent.to_vec()),
        (huge(2049), exponent.to_vec()),
        // 65,536 bits: beyond what is read as a number at all.
        (huge(8192), exponent.to_vec()),
        (vec![0], exponent.to_vec()),
    ] {
        let spki = forged::spki(&modulus, &exponent);
        let key = Key::new(spki, pkcs1(), move |message| {
            let block = block(1, &digest_info(message, &null()));
            raise(&forged::private(F4), &block)
        });
        let report = judged::<Sha256>(&key, &oid::SHA_256);
        assert_eq!(failed(&report), ["V048"], "{} octets", modulus.len());
        assert_eq!(status(&report, 45), Some(Status::NotRun));
    }
}
