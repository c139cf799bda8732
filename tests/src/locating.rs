//! A client of the location interface, as a program would write one: challenge, evidence, ticket.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;
use meridian_wire::tsp::resp::TimeStampResp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::http::{Answer, Connection};

/// One client. Its headers go with every request.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    headers: Vec<(String, String)>,
}

/// What came back as JSON.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The document; null if there was none.
    pub json: Value,
}

impl Reply {
    /// The document, if the status is this.
    ///
    /// # Errors
    ///
    /// Another status, with the document.
    pub fn expect(self, status: u16) -> Result<Value, Failure> {
        if self.status == status {
            Ok(self.json)
        } else {
            Err(format!("status {} and not {status}: {}", self.status, self.json).into())
        }
    }

    /// That this is a problem of a status and a code.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn refused(self, status: u16, code: &str) -> Result<Value, Failure> {
        let json = self.expect(status)?;
        if text(&json, "type")? == format!("urn:ls:problem:{code}") {
            Ok(json)
        } else {
            Err(format!("another problem than {code}: {json}").into())
        }
    }
}

/// The octets of a member that is base64.
///
/// # Errors
///
/// A member that is not there, or is something else.
pub fn octets(document: &Value, member: &str) -> Result<Vec<u8>, Failure> {
    Ok(STANDARD.decode(text(document, member)?)?)
}

/// The text of a member.
///
/// # Errors
///
/// A member that is not there, or no text.
pub fn text(document: &Value, member: &str) -> Result<String, Failure> {
    let text = document.get(member).and_then(Value::as_str);
    let text = text.map(str::to_owned);
    text.ok_or_else(|| format!("no {member} in {document}").into())
}

/// An item of evidence as the interface takes it.
pub fn item(kind: &str, format: &str, content: &[u8]) -> Value {
    json!({"kind": kind, "format": format, "content_b64": STANDARD.encode(content)})
}

/// Self-asserted evidence around a location object.
pub fn self_asserted(location: &Value) -> Value {
    let content = location.to_string();
    item("selfAsserted", "application/json", content.as_bytes())
}

/// The member `imprint` for a document.
pub fn imprint(document: &[u8]) -> Value {
    json!({"hash": "sha256", "digest": hex::encode(Sha256::digest(document))})
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn connect(address: SocketAddr) -> Result<Self, Failure> {
        Ok(Self {
            connection: Connection::open(address)?,
            headers: Vec::new(),
        })
    }

    /// Sends a header with every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends JSON, reads JSON.
    ///
    /// # Errors
    ///
    /// A connection that ends; an answer that is not JSON.
    pub fn ask(&mut self, method: &str, path: &str, body: &Value) -> Result<Reply, Failure> {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let answer = self.send(method, path, "application/json", &body)?;
        let json = match answer.body.as_slice() {
            [] => Value::Null,
            octets => serde_json::from_slice(octets)?,
        };
        Ok(Reply {
            status: answer.status,
            json,
        })
    }

    /// A new challenge.
    ///
    /// # Errors
    ///
    /// A refusal.
    pub fn challenge(&mut self, request: &Value) -> Result<Value, Failure> {
        self.ask("POST", "/v1/location/challenges", request)?
            .expect(201)
    }

    /// Gives evidence.
    ///
    /// # Errors
    ///
    /// A connection that ends.
    pub fn evidence(&mut self, request: &Value) -> Result<Reply, Failure> {
        self.ask("POST", "/v1/location/evidence", request)
    }

    /// A ticket for a typed position, as an anonymous caller gets it: its member `ticket`.
    ///
    /// # Errors
    ///
    /// A refusal.
    pub fn anonymous_ticket(&mut self, location: &Value) -> Result<String, Failure> {
        let challenge = self.challenge(&json!({}))?;
        let taken = self.evidence(&json!({
            "challenge": text(&challenge, "id")?, "evidence": [self_asserted(location)],
        }))?;
        text(&taken.expect(201)?, "ticket")
    }

    /// The octets at a path that is there.
    ///
    /// # Errors
    ///
    /// A connection that ends; another status than 200.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>, Failure> {
        let answer = self.send("GET", path, "*/*", &[])?;
        granted(answer)
    }

    /// Has a document stamped at a ticket; the answer as a client of RFC 3161 reads it.
    ///
    /// # Errors
    ///
    /// A connection that ends; an answer that is no TimeStampResp.
    pub fn redeem(&mut self, ticket: &str, document: &[u8]) -> Result<TimeStampResp, Failure> {
        self.redeem_request(ticket, &request(document)?.encode())
    }

    /// The same with any request.
    ///
    /// # Errors
    ///
    /// A connection that ends; an answer that is no TimeStampResp.
    pub fn redeem_request(
        &mut self,
        ticket: &str,
        request: &[u8],
    ) -> Result<TimeStampResp, Failure> {
        let path = format!("/t/{ticket}");
        let answer = self.send("POST", &path, "application/timestamp-query", request)?;
        Ok(TimeStampResp::decode(&granted(answer)?)?)
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let mut headers = vec![("Content-Type", media_type)];
        let more = self.headers.iter();
        headers.extend(more.map(|(name, value)| (name.as_str(), value.as_str())));
        self.connection.send(method, path, &headers, body)
    }
}

fn granted(answer: Answer) -> Result<Vec<u8>, Failure> {
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    Err(format!("status {}: {body}", answer.status).into())
}

/// A request for a document's SHA-256, with nonce and certReq.
///
/// # Errors
///
/// None that is known.
pub fn request(document: &[u8]) -> Result<TimeStampReq, Failure> {
    let digest = Sha256::digest(document);
    let imprint = MessageImprint::new(HashAlgorithm::Sha256, &digest)?;
    Ok(TimeStampReq::new(imprint)
        .with_nonce(Nonce::from_u64(0x2a))
        .with_cert_req(true))
}
