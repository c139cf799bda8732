//! The server stays small, whatever its clients leave unfinished.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::authority::Authority;

const LIMIT_KIB: u64 = 100 << 10;

/// Fewer than the 1,024 files that a process may usually open.
const CLIENTS: usize = 600;

#[test]
fn stays_under_100_mib_whatever_clients_leave_unfinished() {
    let authority = Authority::start();
    let json = "POST /v1/timestamps HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
                content-length: 65536\r\n\r\n";
    let half_a_body = [json.as_bytes(), &[b' '; 60 << 10]].concat();
    let half_a_header = [&b"POST /tsa HTTP/1.1\r\nx: "[..], &[b'y'; 15 << 10]].concat();
    let mut held = Vec::new();
    for number in 0..CLIENTS {
        let mut client = TcpStream::connect(&authority.address).unwrap();
        let octets = match number % 2 {
            0 => &half_a_body,
            _ => &half_a_header,
        };
        // Who finds no room is refused while it writes.
        let _written = client.write_all(octets);
        held.push(client);
    }
    std::thread::sleep(Duration::from_millis(300));
    let resident = authority.resident_kib();
    assert!(resident < LIMIT_KIB, "{resident} KiB");
    assert_eq!(held.len(), CLIENTS);
}
