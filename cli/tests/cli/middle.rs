//! Somebody between client and authority, who spoils what is said.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// One HTTP message: its head without the blank line, and its body.
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// An answer with a status line's end ("200 OK"), a media type and a body.
    pub(crate) fn answer(status: &str, media_type: &str, body: Vec<u8>) -> Self {
        Self {
            head: format!("HTTP/1.1 {status}\r\nContent-Type: {media_type}"),
            body,
        }
    }

    fn read(stream: &TcpStream) -> Self {
        let mut reader = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap();
                }
                Some((name, _)) if name.eq_ignore_ascii_case("connection") => {}
                _ => head.push_str(&line),
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        Self {
            head: head.trim_end().to_owned(),
            body,
        }
    }

    fn write(&self, mut stream: &TcpStream) {
        let head = format!(
            "{}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            self.head,
            self.body.len()
        );
        // The client may have heard enough already.
        let _written = stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&self.body));
    }
}

/// Somebody between client and authority. Each call has a number, from 0.
pub(crate) struct Middle {
    pub(crate) url: String,
    calls: Arc<AtomicUsize>,
}

impl Middle {
    /// `act` sees the request and answers it; [`forward`] asks the real authority.
    pub(crate) fn start(act: impl Fn(usize, Message) -> Message + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        // Ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let call = counter.fetch_add(1, Ordering::SeqCst);
                act(call, Message::read(&stream)).write(&stream);
            }
        });
        Self { url, calls }
    }

    /// How often somebody asked.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// What the authority at `address` answers to `request`.
pub(crate) fn forward(address: &str, request: &Message) -> Message {
    let stream = TcpStream::connect(address).unwrap();
    request.write(&stream);
    Message::read(&stream)
}
