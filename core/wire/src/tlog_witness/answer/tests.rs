use super::*;

/// An answer in the text of C2SP tlog-witness: two cosignatures of one witness, one of another.
const LINES: &str = "\
    \u{2014} witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n\
    \u{2014} witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==\n\
    \u{2014} witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==\n";

fn read(status: u16, body: &str) -> Result<WitnessAnswer, WitnessAnswerError> {
    WitnessAnswer::parse(status, Some("text/plain"), body)
}

fn conflict(media_type: Option<&str>, body: &str) -> Result<WitnessAnswer, WitnessAnswerError> {
    WitnessAnswer::parse(409, media_type, body)
}

#[test]
fn every_answer_is_read_as_it_is_written() {
    let lines = NoteSignature::parse_lines(LINES).unwrap();
    assert_eq!(lines.len(), 3);
    for answer in [
        WitnessAnswer::Cosigned(lines),
        WitnessAnswer::Malformed,
        WitnessAnswer::NotSigned,
        WitnessAnswer::UnknownLog,
        WitnessAnswer::Conflict(TreeSize::ZERO),
        WitnessAnswer::Conflict(TreeSize::MAX),
        WitnessAnswer::Inconsistent,
    ] {
        let body = answer.body();
        let read = WitnessAnswer::parse(answer.status(), Some(answer.media_type()), &body);
        assert_eq!(read, Ok(answer));
    }
    assert_eq!(read(200, LINES).unwrap().body(), LINES);
}

#[test]
fn a_status_outside_of_the_protocol_is_no_answer() {
    for status in [
        0, 100, 201, 204, 301, 302, 401, 408, 418, 429, 500, 503, 999,
    ] {
        let refused = Err(WitnessAnswerError::Status { status });
        assert_eq!(read(status, LINES), refused);
    }
}

#[test]
fn a_200_is_one_whole_line_at_least() {
    use NoteError::{NoSignature, SignatureLine, SignatureUnterminated};
    for (body, cause) in [
        ("", NoSignature),
        ("\n", SignatureLine { line: 1 }),
        (LINES.trim_end(), SignatureUnterminated),
        (&format!("{LINES}\n"), SignatureLine { line: 4 }),
        (&format!("\n{LINES}"), SignatureLine { line: 1 }),
        (&LINES.replacen('\n', "\r\n", 1), SignatureLine { line: 1 }),
        ("cosigned\n", SignatureLine { line: 1 }),
    ] {
        assert_eq!(read(200, body), Err(WitnessAnswerError::Cosignature(cause)));
    }
    let many = LINES.repeat(34);
    let cause = NoteError::TooManySignatures { limit: 100 };
    assert_eq!(
        read(200, &many),
        Err(WitnessAnswerError::Cosignature(cause))
    );
}

#[test]
fn a_conflict_is_a_size_of_its_own_type() {
    let five = Ok(WitnessAnswer::Conflict(TreeSize::new(5)));
    for media_type in [
        "text/x.tlog.size",
        "Text/X.Tlog.Size",
        "text/x.tlog.size; charset=utf-8",
    ] {
        assert_eq!(conflict(Some(media_type), "5\n"), five);
    }
    for media_type in [None, Some("text/plain"), Some("text/x.tlog.sizes")] {
        let refused = Err(WitnessAnswerError::NotASize);
        assert_eq!(conflict(media_type, "5\n"), refused);
    }
    for body in ["", "5", "05\n", "5\n\n", "-5\n", " 5\n", "5\r\n", "five\n"] {
        let refused = Err(WitnessAnswerError::Size);
        assert_eq!(conflict(Some(TREE_SIZE_TYPE), body), refused, "{body:?}");
    }
    let beyond = conflict(Some(TREE_SIZE_TYPE), "9223372036854775808\n");
    assert_eq!(beyond, Err(WitnessAnswerError::Size));
}

#[test]
fn an_answer_is_bounded() {
    let bytes = MAX_WITNESS_ANSWER_BYTES + 1;
    let refused = Err(WitnessAnswerError::TooLong { bytes });
    assert_eq!(read(422, &"a".repeat(bytes)), refused);
    assert_eq!(
        read(422, &"a".repeat(bytes - 1)),
        Ok(WitnessAnswer::Inconsistent)
    );
}
