//! `openssl cms -verify -noverify`, one process a token.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use meridian_tests::Failure;
use meridian_tests::programs::{client, run};

use crate::case::Cases;
use crate::reading::{Reading, Readings};
use crate::verdict::VERDICT;

/// Processes at a time.
const AT_A_TIME: usize = 2;

/// What it says, and the word for it. The first that fits counts.
const SAYINGS: [(&str, &str); 13] = [
    ("CMS Verification successful", "good"),
    ("Error reading SMIME Content Info", "unreadable"),
    ("check_content:no content", "content"),
    ("CMS_verify:no signers", "signers"),
    ("CMS_verify:signer certificate not found", "no signer"),
    ("cms_si_check_attributes:attribute error", "attributes"),
    // What this build does not know: a digest, a kind of key, a digest beside Ed25519.
    ("inner_evp_generic_fetch:unsupported", "undecided"),
    ("X509_PUBKEY_get0:decode error", "undecided"),
    ("eddsa_digest_signverify_init:invalid digest", "undecided"),
    ("CMS_SignerInfo_verify:", "signature"),
    ("find_ctx:no matching digest", "list of digests"),
    ("CMS_SignerInfo_verify_content:", "digest"),
    ("CMS Verification failure", "other"),
];

pub(crate) fn judge_all(cases: &Cases) -> Result<Readings, Failure> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut readings = Readings::new();
        while let Some(case) = cases.all.get(next.fetch_add(1, Ordering::Relaxed)) {
            readings.insert(case.id.clone(), judge(&case.path)?);
        }
        Ok::<_, Failure>(readings)
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let mut all = Readings::new();
        for worker in workers {
            all.extend(worker.join().map_err(|_| "a worker panicked")??);
        }
        Ok(all)
    })
}

fn judge(token: &Path) -> Result<Reading, Failure> {
    let mut command = client("openssl")?;
    command.args([
        "cms",
        "-verify",
        "-noverify",
        "-inform",
        "DER",
        "-out",
        "/dev/null",
        "-in",
    ]);
    let said = run(command.arg(token))?.text();
    let word = SAYINGS.iter().find(|(saying, _)| said.contains(saying));
    let (_, word) = word.ok_or_else(|| format!("{}: openssl says {said:?}", token.display()))?;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok([(VERDICT, (*word).to_owned()), ("#verdict", said)]
        .map(|(field, value)| (field.to_owned(), value))
        .into())
}
