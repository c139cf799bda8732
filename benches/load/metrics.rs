//! The few numbers of `/metrics` that the report shows.

/// Leaves a batch, between two readings.
pub(crate) fn mean_batch(before: &str, after: &str) -> Option<f64> {
    let grown = |name| Some(value(after, name)? - value(before, name)?);
    let batches = grown("meridian_log_commits")?;
    let leaves = grown("meridian_log_size")?;
    (batches > 0.0).then(|| leaves / batches)
}

/// The value of a series without labels.
fn value(text: &str, name: &str) -> Option<f64> {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(series, _)| *series == name)
        .and_then(|(_, value)| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_batch_is_what_was_added_between_two_readings() {
        let before = "meridian_log_size 10\nmeridian_log_commits 10\n";
        let after = "meridian_log_size 40\nmeridian_log_commits 20\n";
        assert_eq!(mean_batch(before, after), Some(3.0));
        assert_eq!(mean_batch(before, before), None);
    }
}
