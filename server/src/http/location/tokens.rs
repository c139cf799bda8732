//! `GET /v1/tokens/{serial}` on the public port: a subject's own location token again.

use meridian_wire::log_number::LogNumber;
use warp::reply::Response;

use super::super::{decimal, tokens};
use super::member;
use super::routes::Shared;
use crate::location::refusal::LocationRefusal;
use crate::location::session::Session;

/// The token, for the subject that it is of. Whose another one is, and whether it is there, is told
/// to nobody.
pub(super) async fn own(
    shared: &Shared,
    session: Session,
    serial: &str,
) -> Result<Response, LocationRefusal> {
    let expected = "a decimal number of at most 49 digits";
    let serial = decimal::serial(serial);
    let serial = serial.ok_or_else(|| member::wrong("the serial number", expected))?;
    let place = serial.map(LogNumber::of_serial);
    let place = place.and_then(|(number, index)| Some((shared.pipeline.log(number)?, index)));
    let token = shared.desk.run(move |desk| {
        let (owner, now) = desk.owner_at(&session)?;
        let (log, index) = place.ok_or(LocationRefusal::TokenNotFound)?;
        let kept = log.location_token(index, now)?;
        let own = kept.filter(|token| token.owner == Some(owner));
        own.ok_or(LocationRefusal::TokenNotFound)
    });
    Ok(tokens::again(&token.await?.token))
}
