//! Tickets for the run: made before the clock starts, each good for as many tokens as the policy
//! of the run says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Failure;
use crate::exchange::answer_length;

/// The most that a policy may say.
pub(crate) const USES: u32 = 100;

/// A ticket is 128 bits in hexadecimal digits.
pub(crate) const LENGTH: usize = 32;

/// No answer of this run is longer: a bundle has a few hundred octets here.
const MAX_ANSWER: usize = 64 * 1024;

/// Lets a new authority give tickets of [`USES`] uses that live as long as the run.
pub(crate) fn allow_many_uses(data: &Path) -> Result<(), Failure> {
    let path = data.join("location-policy.json");
    let mut policy: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    let members = policy.as_object_mut().ok_or("the policy is no object")?;
    members.insert("ticket_uses".to_owned(), USES.into());
    members.insert("ticket_ttl_ms".to_owned(), 3_600_000.into());
    Ok(std::fs::write(path, policy.to_string())?)
}

/// So many tickets for one place, from one connection.
pub(crate) fn fetch(address: SocketAddr, count: usize) -> Result<Vec<String>, Failure> {
    let mut client = Client::connect(address)?;
    let place = json!({"latitude": 48.85837, "longitude": 2.29448, "accuracy": 6.5});
    let content = STANDARD.encode(place.to_string());
    (0..count)
        .map(|_| {
            let challenge = client.ask("/v1/location/challenges", &json!({}))?;
            let given = json!({
                "challenge": text(&challenge, "id")?,
                "evidence": [{
                    "kind": "selfAsserted", "format": "application/json", "content_b64": content,
                }],
            });
            let taken = client.ask("/v1/location/evidence", &given)?;
            let ticket = text(&taken, "ticket")?;
            if ticket.len() != LENGTH {
                return Err(format!("a ticket of another length: {ticket}").into());
            }
            Ok(ticket)
        })
        .collect()
}

struct Client {
    stream: TcpStream,
}

impl Client {
    fn connect(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self { stream })
    }

    fn ask(&mut self, path: &str, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes())?;
        let mut received = Vec::new();
        let mut chunk = [0_u8; 8 * 1024];
        loop {
            if let Some((start, end)) = answer_length(&received)?
                && received.len() >= end
            {
                return Ok(serde_json::from_slice(
                    received.get(start..end).unwrap_or_default(),
                )?);
            }
            let read = self.stream.read(&mut chunk)?;
            if read == 0 || received.len() > MAX_ANSWER {
                return Err("the connection ended before the answer was whole".into());
            }
            received.extend_from_slice(chunk.get(..read).unwrap_or_default());
        }
    }
}

fn text(document: &Value, member: &str) -> Result<String, Failure> {
    let text = document.get(member).and_then(Value::as_str);
    let text = text.map(str::to_owned);
    text.ok_or_else(|| format!("no {member} in {document}").into())
}
