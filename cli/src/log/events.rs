//! `meridian log events`: the authority's own life, as its log has it.

use std::io::{self, Write};

use meridian_log::logged_event::LoggedEvent;
use meridian_log::reader::LogReader;
use meridian_merkle::index::LeafIndex;
use meridian_wire::log_number::LogNumber;
use serde::Serialize;

use super::{LogError, StoppedLog};
use crate::args::events::LogEventsArgs;

/// Events read at a time.
const STEP: usize = 1_000;

/// What `meridian-verify event` takes.
#[derive(Serialize)]
struct Line<'a> {
    /// A decimal string: a serial can pass 2^53, where JSON numbers lose digits.
    serial: String,
    time: String,
    name: &'a str,
    salt: String,
    /// Octet for octet: the leaf shows their digest.
    body: &'a str,
}

pub(super) fn list(args: &LogEventsArgs) -> Result<(), LogError> {
    let asked = args.serial.map(LogNumber::of_serial);
    let number = asked.map(|(number, _)| number);
    let number = number.or(args.number.map(LogNumber::new));
    let log = StoppedLog::open(&args.dir, number, "/log/checkpoint")?;
    let (key, number) = (log.verifier_key()?, log.number);
    let reader = LogReader::offline(log.store, &log.released, &key)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if let (Some(serial), Some((_, index))) = (args.serial, asked) {
        let found = reader.events_from(index, 1)?;
        let event = found.iter().find(|event| event.index == index);
        let event = event.ok_or(LogError::NoEvent { serial })?;
        write(&mut out, number, event, args.json)?;
    } else {
        let mut next = LeafIndex::new(0);
        loop {
            let events = reader.events_from(next, STEP)?;
            let Some(last) = events.last() else { break };
            next = LeafIndex::new(last.index.get().saturating_add(1));
            let mut wanted = events.iter().filter(|event| is_wanted(event, args));
            wanted.try_for_each(|event| write(&mut out, number, event, args.json))?;
        }
    }
    Ok(out.flush()?)
}

/// Number of the log and position in it, as a token has it.
fn serial(number: LogNumber, index: LeafIndex) -> u128 {
    (u128::from(number.get()) << 64) | u128::from(index.get())
}

fn is_wanted(event: &LoggedEvent, args: &LogEventsArgs) -> bool {
    args.name.as_deref().is_none_or(|wanted| {
        event.name() == wanted || (wanted.ends_with('.') && event.name().starts_with(wanted))
    })
}

fn write(
    out: &mut impl Write,
    number: LogNumber,
    event: &LoggedEvent,
    json: bool,
) -> io::Result<()> {
    let serial = serial(number, event.index);
    let body = String::from_utf8_lossy(&event.body);
    if json {
        let line = Line {
            serial: serial.to_string(),
            time: event.time.to_string(),
            name: event.name(),
            salt: hex::encode(event.salt),
            body: &body,
        };
        serde_json::to_writer(&mut *out, &line)?;
        return writeln!(out);
    }
    let (time, name) = (event.time, event.name());
    // JSON has no character that a terminal would obey; a body that is none may.
    let body: String = body.chars().flat_map(shown).collect();
    writeln!(out, "{serial:>9}  {time}  {name:<20}  {body}")
}

/// A character, spelt out if it acts.
fn shown(one: char) -> impl Iterator<Item = char> {
    let acts = one.is_control();
    let escaped = acts.then(|| one.escape_unicode());
    escaped.into_iter().flatten().chain((!acts).then_some(one))
}
