//! One exchange at the lowest price: request bytes made once and patched, an answer read by its
//! Content-Length and looked at only where the serial number lies.

use meridian_wire::tsp::hash::HashAlgorithm;
use meridian_wire::tsp::imprint::MessageImprint;
use meridian_wire::tsp::nonce::Nonce;
use meridian_wire::tsp::req::TimeStampReq;

use crate::{Failure, tickets};

/// Stands in the template where the nonce goes: eight octets, minimal as an INTEGER.
const PLACEHOLDER: u64 = 0x5a5a_5a5a_5a5a_5a5a;

/// A request of one connection, nonce and digest patched before each use.
#[derive(Debug)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    nonce_at: usize,
    digest: [u8; 32],
    /// Where a request at a ticket has the ticket, in the path.
    ticket_at: Option<usize>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    /// `POST /tsa`.
    Time,
    /// `POST /t/{ticket}`.
    Place,
}

impl What {
    /// In the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Place => "place",
        }
    }
}

impl Template {
    /// A request for a SHA-256 imprint, head and body in one piece: one write each.
    pub(crate) fn new(seed: u8, cert_req: bool, what: What) -> Result<Self, Failure> {
        // Not a digest of anything; told apart from the rest of a token by its pattern.
        let digest = [seed | 0x80; 32];
        let imprint = MessageImprint::new(HashAlgorithm::Sha256, &digest)?;
        let body = TimeStampReq::new(imprint)
            .with_nonce(Nonce::from_u64(PLACEHOLDER))
            .with_cert_req(cert_req)
            .encode();
        let path = match what {
            What::Time => "/tsa".to_owned(),
            What::Place => format!("/t/{}", "0".repeat(tickets::LENGTH)),
        };
        let mut bytes = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Content-Type: application/timestamp-query\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(&body);
        let placeholder = PLACEHOLDER.to_be_bytes();
        let nonce_at = find(&bytes, &placeholder).ok_or("the request holds no nonce")?;
        Ok(Self {
            bytes,
            nonce_at,
            digest,
            ticket_at: (what == What::Place).then_some("POST /t/".len()),
        })
    }

    /// The bytes to send, with this nonce. Its first octet is kept between 1 and 127, so that
    /// eight octets are its DER.
    pub(crate) fn with_nonce(&mut self, count: u64) -> (&[u8], [u8; 8]) {
        let mut nonce = count.to_be_bytes();
        if let Some(first) = nonce.first_mut() {
            *first = 0x5a;
        }
        let place = self.bytes.get_mut(self.nonce_at..self.nonce_at + 8);
        if let Some(place) = place {
            place.copy_from_slice(&nonce);
        }
        (&self.bytes, nonce)
    }

    /// The ticket of the next requests.
    pub(crate) fn set_ticket(&mut self, ticket: &str) {
        let place = self
            .ticket_at
            .and_then(|at| self.bytes.get_mut(at..at + tickets::LENGTH));
        if let Some(place) = place.filter(|place| place.len() == ticket.len()) {
            place.copy_from_slice(ticket.as_bytes());
        }
    }

    /// The serial number of a granted token that answers this request.
    pub(crate) fn serial(&self, body: &[u8], nonce: [u8; 8]) -> Result<u64, Failure> {
        // TimeStampResp ::= SEQUENCE { SEQUENCE { INTEGER 0 (granted) }, token }
        let status = body.get(4..9).unwrap_or_default();
        if status != [0x30, 0x03, 0x02, 0x01, 0x00] {
            return Err(format!("not granted: {body:02x?}").into());
        }
        // In TSTInfo the serial number follows the imprint, and the nonce comes last.
        let digest_at = find(body, &self.digest).ok_or("another imprint")?;
        let rest = body
            .get(digest_at + self.digest.len()..)
            .unwrap_or_default();
        let (Some(0x02), Some(length)) = (rest.first(), rest.get(1)) else {
            return Err("no serial number after the imprint".into());
        };
        let length = usize::from(*length);
        let octets = rest.get(2..2 + length).unwrap_or_default();
        find(rest, &nonce).ok_or("another nonce")?;
        let low = octets
            .iter()
            .fold(0_u64, |sum, octet| (sum << 8) | u64::from(*octet));
        Ok(low)
    }
}

/// How many octets the first answer in `received` has, once its head is there.
pub(crate) fn answer_length(received: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
    let Some(head_end) = find(received, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = received.get(..head_end).unwrap_or_default();
    if !(head.starts_with(b"HTTP/1.1 200") || head.starts_with(b"HTTP/1.1 201")) {
        return Err(String::from_utf8_lossy(received).into());
    }
    let length = head
        .split(|octet| *octet == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .ok_or("no Content-Length")?;
    Ok(Some((head_end + 4, head_end + 4 + length)))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_as_long_as_its_content_length_says() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(answer_length(answer).unwrap(), Some((38, 41)));
        assert_eq!(answer_length(&answer[..20]).unwrap(), None);
        assert!(answer_length(b"HTTP/1.1 503 Busy\r\n\r\n").is_err());
    }

    #[test]
    fn a_ticket_goes_into_the_path() {
        let mut template = Template::new(1, true, What::Place).unwrap();
        template.set_ticket("0123456789abcdef0123456789abcdef");
        let (request, _) = template.with_nonce(7);
        assert!(request.starts_with(b"POST /t/0123456789abcdef0123456789abcdef HTTP/1.1\r\n"));
    }

    #[test]
    fn the_nonce_of_a_template_is_replaced_and_nothing_else() {
        let mut template = Template::new(1, true, What::Time).unwrap();
        let (first, _) = template.with_nonce(7);
        let first = first.to_vec();
        let (second, nonce) = template.with_nonce(8);
        let differing = first.iter().zip(second).filter(|(a, b)| a != b).count();
        assert_eq!(differing, 1);
        assert_eq!(nonce, [0x5a, 0, 0, 0, 0, 0, 0, 8]);
    }
}
