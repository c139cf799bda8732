//! V001 to V102: the time-stamp.

use super::Row;

pub(super) const ALL: &[Row] = &[
    (
        1,
        "Within the limits of this verifier",
        "our own; RFC 5652 sets none",
        "A token may have so many octets, elements, certificates, attributes and levels of nesting, \
      and no more. No real token comes near; what goes beyond is made to exhaust its reader, and \
      is refused before anything is computed.",
    ),
    (
        2,
        "What kind of file it is",
        "RFC 3161 section 2.4.2",
        "A response (.tsr), a bare token, PEM or base64 of either: it is told which was found, \
      because people often hold the one for the other. A file that begins like a token and \
      cannot be read to its end was cut or damaged.",
    ),
    (
        3,
        "The response grants the token",
        "RFC 3161 section 2.4.2",
        "A response says with a number whether the request was granted. A token beside a number \
      that refuses was put there by someone; an authority never does so.",
    ),
    (
        4,
        "Nothing follows the token",
        "X.690; RFC 5652 section 5.1",
        "Octets behind the end of the structure are signed by nobody, and another reader may see \
      something else in them. The archive profile only mentions them: some old writers padded \
      their files.",
    ),
    (
        5,
        "How it is encoded",
        "RFC 5652 sections 2 and 5.1; RFC 3161 section 2.4.2",
        "CMS may be written in BER, and a quarter of all tokens is. Only TSTInfo, the part with \
      the time, is to be in DER. The signature covers the octets as they are, so a departure \
      takes nothing from it; the strict profile refuses it.",
    ),
    (
        6,
        "SignedData around TSTInfo",
        "RFC 3161 section 2.4.2; RFC 5652 sections 3 and 5.2",
        "The outer structure must be SignedData, what is signed must be called TSTInfo and be an \
      octet string. Otherwise a signature made for something else could be passed off as a \
      time-stamp.",
    ),
    (
        7,
        "The CMS version",
        "RFC 5652 section 5.1",
        "The number follows from what is inside. Many writers get it wrong and nothing rests on \
      it, so a wrong one is only mentioned.",
    ),
    (
        8,
        "Certificates and lists of every kind",
        "RFC 5652 section 10.2; RFC 5940",
        "A token may carry attribute certificates, OCSP responses and formats that nobody knows. \
      They are accepted and counted; only X.509 certificates, CRLs and OCSP responses are used, \
      and none is trusted for being there.",
    ),
    (
        9,
        "Exactly one signer",
        "RFC 3161 section 2.4.2",
        "A token holds the signature of the authority and no other. With none there is nothing to \
      check, and with several it is open whose word it is: tools have been fooled by both.",
    ),
    (
        20,
        "TSTInfo is version 1",
        "RFC 3161 section 2.4.2",
        "There is no other version. A structure that calls itself otherwise, or that cannot be \
      read as TSTInfo, may mean something that this verifier does not know.",
    ),
    (
        21,
        "The form of genTime",
        "RFC 3161 section 2.4.2",
        "Year to second, perhaps a fraction, and Z for UTC; no zone, no second 60, no hour 24, no \
      date that does not exist. Two readers of another form may read two times. The archive \
      profile accepts forms of BER that name exactly one moment.",
    ),
    (
        22,
        "genTime is not in the future",
        "RFC 3161 section 2.2",
        "A token cannot be from after the moment at which it is verified. Five minutes are allowed \
      for clocks that differ. If your own clock is wrong, state the time with --at.",
    ),
    (
        23,
        "The accuracy",
        "RFC 3161 section 2.4.2",
        "By how much genTime may be off, in seconds, and milli- and microseconds from 1 to 999. \
      All later comparisons take the unfavourable end. One that is not stated is unknown, not \
      zero.",
    ),
    (
        24,
        "The serial number",
        "RFC 3161 section 2.4.2",
        "Up to 160 bits and unique for an authority. Nothing is proven by it, so a negative or \
      longer one is a warning; the strict profile refuses it.",
    ),
    (
        25,
        "The policy",
        "RFC 3161 sections 2.2 and 2.4.2",
        "Under which rules the token was issued. It must be the one that the request named, if it \
      is at hand (--request), and one of those you accept, if you listed any (--policy).",
    ),
    (
        26,
        "The answer to this request",
        "RFC 3161 sections 2.2 and 2.4.2",
        "With the request at hand (--request), digest and nonce must be the same. The nonce, a \
      random number, is all that tells a fresh token from an old one that was replayed for the \
      same data.",
    ),
    (
        27,
        "The name of the authority",
        "RFC 3161 section 2.4.2; RFC 5816 section 2.2.2",
        "If the token names its authority, the name must be the subject or an alternative name of \
      the signer's certificate, letter case and spacing aside. The signature does not depend \
      on it; the archive profile only mentions a difference.",
    ),
    (
        28,
        "Extensions of the token",
        "RFC 5280 section 4.2; EN 319 422 clause 9.1",
        "Whoever marks an extension critical says that the token is not to be relied on without \
      understanding it. One that is not understood leaves the verdict open. The claim to be \
      qualified is shown as a claim: a trusted list decides.",
    ),
    (
        29,
        "The digest has the length of its algorithm",
        "RFC 3161 section 2.4.2; RFC 5754 section 2",
        "A digest that is shorter or longer than its algorithm makes it is no digest of anything. \
      Whether absent parameters are written as NULL or left out makes no difference.",
    ),
    (
        30,
        "The token is about this data",
        "RFC 3161 section 2.2",
        "The digest of the data at hand is computed anew and compared. If they differ, the token \
      belongs to another file, or the file was changed by a single octet. Without the data \
      nothing can be said about it.",
    ),
    (
        40,
        "The signer's certificate",
        "RFC 5816 section 2.2.2; RFC 5652 section 5.3",
        "Chosen by the hash that the signer signed (V051), then by the name in the token; never by \
      order or by what looks suitable. It must also be the one that the token names. If it is \
      not at hand, give it with --intermediate.",
    ),
    (
        41,
        "Signed attributes are there",
        "RFC 5652 section 5.3",
        "Mandatory in a time-stamp. Without them a signature over attributes could be passed off \
      as one over content: the octets are the same.",
    ),
    (
        42,
        "No attribute twice",
        "RFC 5652 section 11",
        "Each signed attribute is there once, and those that take one value have one. With two, \
      one reader takes the first and another the last.",
    ),
    (
        43,
        "The attributes say TSTInfo",
        "RFC 5652 section 11.1",
        "The signed attribute contentType repeats what is signed. It must say TSTInfo: only then \
      did the signer mean to sign a time-stamp and not something that happens to look like one.",
    ),
    (
        44,
        "The attributes hold the digest of TSTInfo",
        "RFC 5652 section 11.2",
        "The signature covers the attributes, and they cover TSTInfo by its digest. If that \
      differs, the time, the serial number or the data's digest was changed after signing.",
    ),
    (
        45,
        "The signature",
        "RFC 5652 section 5.4",
        "Checked with the key of the signer's certificate over the attributes in DER. Some signers \
      did not sort them; then the signature is right over the attributes as sent, which is a \
      warning. If it is wrong in both forms, someone else made the token, or it was changed.",
    ),
    (
        46,
        "The algorithms fit together",
        "RFC 5754; RFC 4056; RFC 8419; RFC 9882",
        "The digest named beside the signature must be the one that the signature uses. An \
      algorithm that this verifier does not know leaves the verdict open; it is never skipped.",
    ),
    (
        47,
        "The algorithms are those that were signed",
        "RFC 6211; RFC 8933",
        "If the signer signed which algorithms it used, those outside must be the same: otherwise \
      someone could exchange a strong one for a weak one.",
    ),
    (
        48,
        "The RSA key",
        "RFC 8017 section 8.2.2; FIPS 186-5 section 5.1",
        "1024 to 16384 bits, an odd modulus, an odd exponent from 3 on; below 65537 is mentioned. \
      The padded digest is built anew and compared as a whole, so that forged paddings have \
      nothing to hide in.",
    ),
    (
        49,
        "The key on a curve, or of another kind",
        "FIPS 186-5; RFC 5480; RFC 8032; FIPS 204",
        "A point on a curve that has a name, an Ed25519 or an ML-DSA key, well-formed. Signatures \
      are two numbers within their bounds, in strict DER; keys of small order are refused.",
    ),
    (
        50,
        "signingTime is not used",
        "RFC 5652 section 11.3",
        "The signer's own word for the time, beside genTime. Nothing is decided by it; if it is \
      more than a minute off, that is mentioned.",
    ),
    (
        51,
        "The token is bound to one certificate",
        "RFC 5816 section 2.2.1; RFC 5035 sections 3 to 5",
        "The signer signs the hash of its own certificate (ESSCertID). Without that, another \
      certificate for the same key, with other dates or purposes, could take its place. If \
      both versions of the attribute are there, both must mean the same certificate.",
    ),
    (
        52,
        "The token says which certificate",
        "RFC 3161 section 2.4.2; RFC 5816 section 2.2.1",
        "One of the two attributes of V051 must be there. Old tokens without one cannot be bound \
      to a certificate; the archive profile leaves the verdict open instead of refusing.",
    ),
    (
        53,
        "What hangs on the token unsigned",
        "RFC 5652 section 5.3; RFC 5126 section 6.3",
        "Anyone can add unsigned attributes to a token, take them away or change them. Certificates, \
      lists and responses in them are looked at like those that you give; nothing is trusted for \
      being there. So the octets of a token are not what it is known by: signature and signed \
      attributes are.",
    ),
    (
        60,
        "The certificate is for time-stamping",
        "RFC 3161 section 2.3",
        "Its extended key usage must list time-stamping. A certificate for web servers or mail \
      was not checked by its issuer for making time-stamps.",
    ),
    (
        61,
        "That purpose is critical",
        "RFC 3161 section 2.3",
        "Marked so that no software may overlook it. Several authorities left that out for years, \
      so the archive profile only mentions it.",
    ),
    (
        62,
        "That purpose is the only one",
        "RFC 3161 section 2.3",
        "A key that also signs programs or web sites is used by more people and more often. \
      Purposes that this verifier does not know count as well.",
    ),
    (
        63,
        "The key may sign",
        "RFC 5280 section 4.2.1.3",
        "If the certificate says what its key is for, digitalSignature or nonRepudiation must be \
      among it. Further uses are mentioned.",
    ),
    (
        64,
        "The signer is no authority over certificates",
        "RFC 3161 section 2.3",
        "A key that issues certificates should sign nothing else: whoever could make it sign a \
      token might make it sign a certificate.",
    ),
    (
        65,
        "The certificate was valid at genTime",
        "RFC 5280 section 6.1.3",
        "genTime minus and plus its accuracy lies within the dates of the signer's certificate. \
      That the certificate has ended since does not matter here; V100 is about today.",
    ),
    (
        66,
        "The key was within its period of use",
        "EN 319 421 TIS-7.6.7; RFC 3280 section 4.2.1.4",
        "An authority may limit how long a key signs (privateKeyUsagePeriod), shorter than its \
      certificate lives. A token from outside shows that the authority broke its own rule.",
    ),
    (
        67,
        "No unknown critical extension in the certificate",
        "RFC 5280 section 4.2",
        "Whoever marks an extension critical wants the certificate refused by those who do not \
      know it. This verifier does not know this one.",
    ),
    (
        70,
        "The algorithms were good at genTime",
        "ETSI TS 119 312; TS 119 322",
        "Every digest, signature and key on which the token rests, each against the catalogue's \
      date (--algorithms takes another catalogue). What was weak already when the token was \
      made proves little; the verdict stays open. The first one to end tells how long the \
      token lives without renewal.",
    ),
    (
        80,
        "A path to someone you trust",
        "RFC 5280 section 6.1",
        "From the signer's certificate, issuer by issuer, to a certificate that you gave with \
      --trust, every rule of a path kept at genTime: dates, authority, key usage, path length, \
      names, policies. If none is found, a certificate between may be missing: --intermediate.",
    ),
    (
        81,
        "The trust anchor",
        "RFC 5280 section 6.1.1; EN 319 102-1 section 5.2.6",
        "Where the path ends is your decision alone; a certificate inside the token is never \
      trusted. You may bind your trust to a time (--trust-list): genTime must lie in it, and under \
      EN 319 102-1 the time of verification, or a moment at which the token is proven to exist. Its \
      own dates are mentioned if they do not cover genTime.",
    ),
    (
        82,
        "Revocation data is at hand",
        "RFC 5280 section 6.3; RFC 6960",
        "For every certificate of the path a list or response that is authentic, about it, and \
      made late enough. Without, nothing is known; --revocation require makes that count.",
    ),
    (
        83,
        "Revocation data is from after genTime",
        "EN 319 102-1 section 5.2.5.4",
        "A list from before the token was made cannot know whether the certificate was good at \
      that moment. Older ones count for what they revoke, and not for their silence.",
    ),
    (
        84,
        "Nothing says revoked",
        "RFC 3161 section 4; RFC 5280 section 5.3",
        "A certificate that was replaced or given up after genTime leaves earlier tokens valid. A \
      compromised key, or no reason, takes all of them away: whoever has the key can make \
      tokens with any date. A token survives that only if others prove that it is older.",
    ),
    (
        85,
        "What is known of revocation is certain",
        "RFC 5280 sections 3.3 and 5.3.1; X.509 section 9.5.2.8; RFC 6960 section 4.4.4",
        "A certificate on hold may come back or be revoked, so the verdict stays open. And a list \
      may drop a certificate once it has ended: that it is not on a later list means nothing, \
      unless the list says that it keeps those that ended (expiredCertsOnCRL; in OCSP the archive \
      cutoff). Keep a list from between genTime and the certificate's end.",
    ),
    (
        90,
        "The checkpoint of the log",
        "C2SP signed-note; C2SP tlog-checkpoint",
        "The log signs its size and the hash over all of its entries. The signature must be by a \
      log that you named (--log-key, --log-policy).",
    ),
    (
        91,
        "The entry is in the log",
        "RFC 9162 section 2.1.3.2",
        "A few hashes lead from the entry to the hash of the whole log. If they do not, the entry \
      is not in it, or not at this place.",
    ),
    (
        92,
        "The entry is this token's",
        "our leaf (core/wire/src/leaf.rs)",
        "Number, kind, time and digest of the entry are those of the token. A true proof of \
      another entry proves nothing about this token. The serial number also says which of the \
      authority's successive logs it is: the name of every log but the first ends in its number.",
    ),
    (
        93,
        "Witnesses have seen the checkpoint",
        "C2SP tlog-cosignature; C2SP tlog-policy",
        "Others than the authority signed the checkpoint with a date: as many of them as you ask \
      for (--log-policy). From that date on the authority, or a thief of its key, can no longer \
      add or change an entry unseen.",
    ),
    (
        100,
        "Under EN 319 102-1: good today, or proven while it was",
        "EN 319 102-1 sections 5.3 and 5.6.2",
        "That model asks at the time of verification. If a certificate has ended, was revoked or \
      an algorithm became weak since, it wants proof by others that the token existed while \
      all was well. It decides with --model etsi.",
    ),
    (
        101,
        "A later token over this one",
        "EN 319 102-1 section 5.6.2.3",
        "A token whose data is this token proves that it existed by then, if the later one holds \
      today (--proof-token). If the later one claims the earlier time, one of the two is wrong, \
      and the verdict stays open.",
    ),
    (
        102,
        "The order of the two",
        "RFC 3161 section 2.4.2",
        "Two times tell an order only if they are further apart than both accuracies, or if one \
      authority promises ordering, or if a log numbers both. Otherwise only the digest in the \
      later token tells it.",
    ),
];
