//! What logs and witnesses say to each other.

use meridian_wire::note::cosignature::split_cosignature;
use meridian_wire::tlog_witness::add_checkpoint::AddCheckpoint;
use meridian_wire::tlog_witness::answer::WitnessAnswer;

/// A request to a witness.
///
/// # Panics
///
/// If an accepted request is written back differently.
pub fn add_checkpoint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(request) = AddCheckpoint::parse(text) else {
        return;
    };
    assert_eq!(request.text(), text, "a request has one form");
    for line in request.checkpoint().signatures() {
        let _ = split_cosignature(line.signature());
    }
}

/// The answer of a witness: status, media type, a newline, and the body.
///
/// # Panics
///
/// If an accepted answer is not the same when written and read again.
pub fn witness_answer(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Some((head, body)) = text.split_once('\n') else {
        return;
    };
    let (status, media_type) = head.split_once(' ').unwrap_or((head, ""));
    let Ok(status) = status.parse() else {
        return;
    };
    if let Ok(answer) = WitnessAnswer::parse(status, Some(media_type), body) {
        let again =
            WitnessAnswer::parse(answer.status(), Some(answer.media_type()), &answer.body());
        assert_eq!(again, Ok(answer), "an answer is read as it is written");
    }
}
