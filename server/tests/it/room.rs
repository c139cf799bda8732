//! A disk that is nearly full: who asks is told so, and stamping goes on by itself.

use std::sync::Arc;

use meridian_log::room::Room;
use meridian_log::room::sim::SimRoom;
use meridian_wire::tsp::resp::TimeStampResp;
use meridian_wire::tsp::status::PkiFailureInfo;

use crate::client::{JSON, QUERY, get, post};
use crate::der::Request;
use crate::harness::{Server, parts};
use crate::stamping::granted;

const RESERVE: u64 = 64 << 20;

fn serve(room: &Arc<SimRoom>) -> Server {
    let mut parts = parts();
    parts.config.log.reserve = RESERVE;
    let room: Arc<dyn Room> = Arc::<SimRoom>::clone(room);
    parts.room = Some(room);
    Server::start(parts)
}

#[test]
fn below_the_reserve_everybody_is_told_and_nobody_when_there_is_room_again() {
    let room = Arc::new(SimRoom::new(RESERVE));
    let server = serve(&room);
    let request = Request::sha256(1).der();
    granted(&post(server.address, "/tsa", QUERY, &request));
    assert_eq!(get(server.private, "/readyz").status, 200);
    let size = get(server.private, "/readyz").json()["logSize"].clone();

    room.set(RESERVE - 1);
    let refused = post(server.address, "/tsa", QUERY, &request);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    let response = TimeStampResp::decode(&refused.body).unwrap();
    assert_eq!(response.fail_info(), Some(PkiFailureInfo::SystemFailure));
    let text = response.status_string().join(" ");
    assert!(text.contains("no room"), "{text}");
    let imprint = format!(
        r#"{{"imprints":[{{"hash":"sha256","digest":"{}"}}]}}"#,
        "ab".repeat(32)
    );
    post(server.address, "/v1/timestamps", JSON, imprint.as_bytes()).assert_problem(503, "no-room");
    // Rows beside the log fill a disk as well.
    post(server.address, "/v1/location/challenges", JSON, b"{}").assert_problem(503, "no-room");
    get(server.private, "/readyz").assert_problem(503, "not-ready");
    let metrics = get(server.private, "/metrics");
    for line in [
        format!("meridian_log_disk_free_bytes {}", RESERVE - 1),
        format!("meridian_log_disk_reserve_bytes {RESERVE}"),
        "meridian_answers_total{outcome=\"no_room\"} 3".to_owned(),
    ] {
        assert!(metrics.text().contains(&line), "{line}: {}", metrics.text());
    }
    // What is only read is still answered.
    assert_eq!(get(server.address, "/log/checkpoint").status, 200);

    room.set(2 * RESERVE);
    let ready = get(server.private, "/readyz");
    assert_eq!(ready.json()["logSize"], size, "no number was used");
    granted(&post(server.address, "/tsa", QUERY, &request));
}
