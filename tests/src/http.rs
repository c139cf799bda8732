//! A keep-alive HTTP/1.1 client for tests: one request at a time over one stream.
//!
//! It knows just what the server sends: a status line, headers with a Content-Length, a body.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Failure;

/// No test waits longer for one answer; a server that is ended under load answers never.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// The largest answer that a test reads.
const MAX_ANSWER: usize = 4 << 20;

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    address: SocketAddr,
}

/// One answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// The system's, when nobody listens there.
    pub fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        Ok(Self { stream, address })
    }

    /// Sends a body and reads the answer.
    ///
    /// # Errors
    ///
    /// A connection that ends before the answer is whole.
    pub fn post(&mut self, path: &str, media_type: &str, body: &[u8]) -> Result<Answer, Failure> {
        self.send("POST", path, &[("Content-Type", media_type)], body)
    }

    /// Asks for a path and reads the answer.
    ///
    /// # Errors
    ///
    /// A connection that ends before the answer is whole.
    pub fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.send("GET", path, &[], &[])
    }

    /// Sends any request and reads the answer.
    ///
    /// # Errors
    ///
    /// A connection that ends before the answer is whole.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method == "POST" {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request)?;
        self.read_answer()
    }

    fn read_answer(&mut self) -> Result<Answer, Failure> {
        let mut received = Vec::new();
        let mut chunk = [0_u8; 16 * 1024];
        loop {
            if let Some(answer) = parse(&received)? {
                return Ok(answer);
            }
            let read = self.stream.read(&mut chunk)?;
            if read == 0 || received.len() > MAX_ANSWER {
                return Err("the connection ended before the answer was whole".into());
            }
            received.extend_from_slice(chunk.get(..read).unwrap_or_default());
        }
    }
}

/// The answer, once all of it is there.
fn parse(received: &[u8]) -> Result<Option<Answer>, Failure> {
    let Some(head_end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(received.get(..head_end).unwrap_or_default())?;
    let status = head.split(' ').nth(1).ok_or("no status line")?.parse()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = match length {
        Some((_, length)) => length.trim().parse()?,
        None if status == 204 => 0,
        None => return Err("no Content-Length".into()),
    };
    let body = received.get(head_end + 4..head_end + 4 + length);
    Ok(body.map(|body| Answer {
        status,
        body: body.to_vec(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_content_length_is_there() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
        assert!(parse(&bytes[..bytes.len() - 1]).unwrap().is_none());
        let answer = parse(bytes).unwrap().unwrap();
        assert_eq!((answer.status, answer.body), (200, b"ab".to_vec()));
    }
}
