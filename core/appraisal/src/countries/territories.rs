//! Territories that have a code of ISO 3166-1 beside that of the country they belong to.

/// A territory and its country.
const TERRITORIES: &[(&str, &str)] = &[
    ("AI", "GB"),
    ("AS", "US"),
    ("AW", "NL"),
    ("AX", "FI"),
    ("BL", "FR"),
    ("BM", "GB"),
    ("BQ", "NL"),
    ("BV", "NO"),
    ("CC", "AU"),
    ("CK", "NZ"),
    ("CW", "NL"),
    ("CX", "AU"),
    ("FK", "GB"),
    ("FO", "DK"),
    ("GF", "FR"),
    ("GG", "GB"),
    ("GI", "GB"),
    ("GL", "DK"),
    ("GP", "FR"),
    ("GS", "GB"),
    ("GU", "US"),
    ("HK", "CN"),
    ("HM", "AU"),
    ("IM", "GB"),
    ("IO", "GB"),
    ("JE", "GB"),
    ("KY", "GB"),
    ("MF", "FR"),
    ("MO", "CN"),
    ("MP", "US"),
    ("MQ", "FR"),
    ("MS", "GB"),
    ("NC", "FR"),
    ("NF", "AU"),
    ("NU", "NZ"),
    ("PF", "FR"),
    ("PM", "FR"),
    ("PN", "GB"),
    ("PR", "US"),
    ("RE", "FR"),
    ("SH", "GB"),
    ("SJ", "NO"),
    ("SX", "NL"),
    ("TC", "GB"),
    ("TF", "FR"),
    ("TK", "NZ"),
    ("UM", "US"),
    ("VG", "GB"),
    ("VI", "US"),
    ("WF", "FR"),
    ("YT", "FR"),
];

/// Codes that ISO reserves and gives to no country: parts, unions, other names.
const RESERVED: [&str; 10] = ["AC", "CP", "DG", "EA", "EU", "EZ", "IC", "TA", "UK", "UN"];

/// Whether `territory` belongs to `country`.
pub(super) fn belongs(territory: &str, country: &str) -> bool {
    TERRITORIES.contains(&(territory, country))
}

/// Whether ISO only reserves the code.
pub(super) fn is_reserved(code: &str) -> bool {
    RESERVED.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_territory_has_one_country_and_is_none_of_another() {
        for pair in TERRITORIES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{pair:?}");
        }
        for (territory, country) in TERRITORIES {
            assert!(!TERRITORIES.iter().any(|(other, _)| other == country));
            assert!(!is_reserved(territory) && !is_reserved(country));
        }
    }
}
