//! [`ROWS`]: the decision table, and who looks at which row.

/// Who looks at a row.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Keeper {
    /// This crate.
    Appraisal,
    /// The location-stamp authority, when it is asked for a token.
    Locstamp,
    /// The server, which keeps challenges and counts requests.
    Server,
    /// The log.
    Log,
    /// Nobody yet: the kind of evidence is refused as unsupported.
    Later,
}

/// A row of the decision table in docs/LOCATION.md.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// Its number: rows are gone through in this order, but for those above 34, which are ours
    /// and come where they are needed.
    pub number: u8,
    /// What is looked at.
    pub rule: &'static str,
    /// Who does.
    pub keeper: Keeper,
}

const fn row(number: u8, keeper: Keeper, rule: &'static str) -> Row {
    Row {
        number,
        rule,
        keeper,
    }
}

/// Every row, in the order of the numbers.
pub const ROWS: [Row; 36] = [
    row(1, Keeper::Appraisal, "form, kind, format, size"),
    row(2, Keeper::Locstamp, "no other request extension"),
    row(3, Keeper::Appraisal, "numbers finite and in range"),
    row(4, Keeper::Appraisal, "the policy is served"),
    row(5, Keeper::Server, "the challenge exists"),
    row(6, Keeper::Appraisal, "the challenge is not over"),
    row(7, Keeper::Server, "the challenge is not spent"),
    row(8, Keeper::Appraisal, "the evidence nonce"),
    row(9, Keeper::Appraisal, "signature and algorithm"),
    row(10, Keeper::Appraisal, "the key is enrolled and active"),
    row(11, Keeper::Later, "Android key attestation"),
    row(12, Keeper::Later, "revocation list of attestation keys"),
    row(13, Keeper::Later, "App Attest"),
    row(14, Keeper::Later, "TPM quote, SNP, TDX, NVIDIA"),
    row(15, Keeper::Appraisal, "not simulated"),
    row(16, Keeper::Appraisal, "neither old nor of the future"),
    row(17, Keeper::Appraisal, "typed in"),
    row(18, Keeper::Appraisal, "software key"),
    row(19, Keeper::Appraisal, "country of the address"),
    row(20, Keeper::Appraisal, "anonymising network"),
    row(21, Keeper::Appraisal, "distance to the address"),
    row(22, Keeper::Later, "receipts of landmarks"),
    row(23, Keeper::Later, "inside every ball"),
    row(24, Keeper::Later, "balls of landmarks intersect"),
    row(25, Keeper::Later, "landmarks enclose the point"),
    row(26, Keeper::Later, "OSNMA"),
    row(27, Keeper::Later, "witness"),
    row(28, Keeper::Later, "fixed beacon"),
    row(29, Keeper::Later, "mobile operator"),
    row(30, Keeper::Appraisal, "impossible travel"),
    row(31, Keeper::Locstamp, "the clock"),
    row(32, Keeper::Locstamp, "the level that is asked for"),
    row(33, Keeper::Server, "rates, uses of a ticket"),
    row(34, Keeper::Log, "appended and synced"),
    row(35, Keeper::Appraisal, "positions agree with each other"),
    row(36, Keeper::Appraisal, "boundaries are at hand"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;
    use meridian_wire::loc::evidence::EvidenceKind;

    const TESTS: [&str; 3] = [
        include_str!("appraise/tests/rows_1_to_10.rs"),
        include_str!("appraise/tests/rows_15_to_18.rs"),
        include_str!("appraise/tests/rows_19_to_36.rs"),
    ];

    #[test]
    fn every_row_that_is_looked_at_here_has_a_test_of_its_number_and_no_other_has() {
        for (row, number) in ROWS.iter().zip(1..) {
            assert_eq!(row.number, number);
            let test = format!("\nfn row_{number}_");
            let tested = TESTS.iter().any(|file| file.contains(&test));
            assert_eq!(tested, row.keeper == Keeper::Appraisal, "{number}");
        }
    }

    #[test]
    fn what_comes_later_is_refused_by_its_kind_and_has_no_code() {
        let later: Vec<u8> = ROWS
            .iter()
            .filter(|row| row.keeper == Keeper::Later)
            .map(|row| row.number)
            .collect();
        assert_eq!(later, [11, 12, 13, 14, 22, 23, 24, 25, 26, 27, 28, 29]);
        let kind = EvidenceKind::OSNMA;
        let refusal = Refusal::UnsupportedEvidence { kind };
        assert!(!later.contains(&refusal.row()));
    }
}
