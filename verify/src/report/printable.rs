//! Names in tokens are chosen by strangers, and terminals and readers obey some characters.

/// The text with every character spelt out that is not seen but acts: control characters but the
/// end of a line, and those that turn the direction of writing around.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for one in text.chars() {
        if acts(one) {
            shown.extend(one.escape_unicode());
        } else {
            shown.push(one);
        }
    }
    shown
}

/// The same, with the end of a line spelt out as well: for what must not begin a line of its own.
#[must_use]
pub fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

fn acts(one: char) -> bool {
    match one {
        '\n' => false,
        // Marks and overrides of direction, isolates, line and paragraph separators, and the
        // marks that take no room (Unicode Technical Report 36, section 2.3).
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{061c}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' => true,
        _ => one.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::{one_line, printable};

    #[test]
    fn what_acts_is_spelt_out_and_the_rest_is_left_alone() {
        let kept = "CN=Žluťoučký kůň, 時刻\n  - é";
        assert_eq!(printable(kept), kept);
        assert_eq!(printable("a\u{1b}[2Jb\r"), "a\\u{1b}[2Jb\\u{d}");
        assert_eq!(printable("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
        assert_eq!(printable("\u{9b}1m\u{7f}"), "\\u{9b}1m\\u{7f}");
    }

    #[test]
    fn one_line_stays_one() {
        assert_eq!(one_line("a\nb\u{1b}\r"), "a\\nb\\u{1b}\\u{d}");
    }
}
