//! What `--explain` says.

use meridian_verify::explain::{Explanation, all, explain};
use meridian_verify::profile::departures;

use crate::failure::Failure;

/// Columns of a terminal that everyone has.
const WIDTH: usize = 78;

/// The explanation of one check, or of all.
pub(crate) fn text(id: &str) -> Result<String, Failure> {
    if id == "all" {
        return Ok(all().map(|one| of(&one)).collect::<Vec<_>>().join("\n"));
    }
    let known = id.parse().ok().and_then(explain);
    let known = known.ok_or_else(|| Failure::NoSuchCheck(id.to_owned()))?;
    Ok(of(&known))
}

fn of(one: &Explanation) -> String {
    let mut text = format!("{}  {}\n\n", one.id, one.title);
    wrap(one.text, &mut text);
    text.push_str(&format!("\nAsked for by: {}\n", one.clause));
    if let Some(levels) = departures(one.id) {
        text.push_str(&format!("A departure, by profile: {levels}\n"));
    }
    text
}

/// Words on lines of at most [`WIDTH`] columns, two spaces in front.
fn wrap(words: &str, out: &mut String) {
    let mut column = 0;
    for word in words.split(' ') {
        if column > 0 && column + 1 + word.len() > WIDTH {
            out.push('\n');
            column = 0;
        }
        let gap = if column == 0 { "  " } else { " " };
        out.push_str(gap);
        out.push_str(word);
        column += gap.len() + word.len();
    }
    out.push('\n');
}
