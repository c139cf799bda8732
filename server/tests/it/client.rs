//! A client that hides nothing: it writes octets and reads octets.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) const QUERY: &str = "application/timestamp-query";
pub(crate) const REPLY: &str = "application/timestamp-reply";
pub(crate) const JSON: &str = "application/json";
pub(crate) const PROBLEM: &str = "application/problem+json";

/// Longer than any deadline in these tests; hit only by a server that hangs.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn media_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks that this is a problem document of one kind.
    pub(crate) fn assert_problem(&self, status: u16, slug: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.media_type(), PROBLEM);
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:meridian:problem:{slug}"));
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string());
    }
}

pub(crate) struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    pub(crate) fn write(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).unwrap();
    }

    /// For a server that may have closed already.
    pub(crate) fn try_write(&mut self, octets: &[u8]) -> bool {
        self.stream.write_all(octets).is_ok()
    }

    pub(crate) fn close_writing(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// The next answer, or `None` if the server closed instead.
    pub(crate) fn answer(&mut self) -> Option<Response> {
        let end = loop {
            match self.read.windows(4).position(|at| at == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None if self.more() == 0 => return None,
                None => {}
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response {
            status,
            head,
            body: Vec::new(),
        };
        let length: usize = response.header("content-length").unwrap().parse().unwrap();
        while self.read.len() < length {
            assert_ne!(self.more(), 0, "closed inside a body");
        }
        response.body = self.read.drain(..length).collect();
        Some(response)
    }

    /// The next answer, if it begins within `patience`.
    pub(crate) fn answer_within(&mut self, patience: Duration) -> Option<Response> {
        self.stream.set_read_timeout(Some(patience)).unwrap();
        let mut octet = [0];
        let began = self.stream.peek(&mut octet).is_ok_and(|length| length > 0);
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        if began { self.answer() } else { None }
    }

    /// Reads until the server closes, in whatever way; panics if it does not.
    pub(crate) fn wait_for_close(&mut self) {
        while self.more() > 0 {}
    }

    /// What was read and not yet taken as an answer.
    pub(crate) fn take_text(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.read)).unwrap()
    }

    /// One read; zero at the end or after a reset.
    pub(crate) fn more(&mut self) -> usize {
        let mut octets = [0; 8 << 10];
        match self.stream.read(&mut octets) {
            Ok(length) => {
                self.read.extend(&octets[..length]);
                length
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
            Err(error) => panic!("the server neither answers nor closes: {error}"),
        }
    }
}

pub(crate) fn post_head(path: &str, media_type: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: {media_type}\r\n\
         content-length: {length}\r\n\r\n"
    )
}

pub(crate) fn post_octets(path: &str, media_type: &str, body: &[u8]) -> Vec<u8> {
    [post_head(path, media_type, body.len()).as_bytes(), body].concat()
}

pub(crate) fn post(address: SocketAddr, path: &str, media_type: &str, body: &[u8]) -> Response {
    exchange(address, &post_octets(path, media_type, body))
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
    exchange(address, request.as_bytes())
}

/// One connection, one request, one answer.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> Response {
    let mut client = Client::connect(address);
    client.write(request);
    client
        .answer()
        .expect("the server closed without an answer")
}
