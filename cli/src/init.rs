//! `meridian init`: makes an evaluation authority, asking nothing.

use std::io::{self, Write};

use meridian_server::init::{Algorithm, InitError, InitOptions, init as make};

use crate::args::{InitArgs, KeyKind};
use crate::error::{Ending, chain, report};

/// Makes the folder and says what is in it.
pub(crate) fn init(args: &InitArgs) -> Ending {
    let mut options = InitOptions::new(match args.algorithm {
        KeyKind::P384 => Algorithm::P384,
        KeyKind::P256 => Algorithm::P256,
        KeyKind::Rsa3072 => Algorithm::Rsa3072,
    });
    if let Some(name) = &args.name {
        options = options.with_name(name);
    }
    if let Err(error) = make(&args.dir, &options) {
        let hint = match error {
            InitError::Exists { .. } => Some("name a folder that is not there yet"),
            _ => None,
        };
        report(&chain(&error), hint);
        return Ending::Refused;
    }
    let dir = args.dir.display();
    let _written = writeln!(
        io::stdout(),
        "made an evaluation authority in {dir}\n\
         \x20 {dir}/pki/root.pem      what clients trust\n\
         \x20 {dir}/pki/log.vkey      what checks its log\n\
         \x20 {dir}/meridian.toml     its configuration\n\
         start it with: meridian serve {dir}"
    );
    Ending::Done
}
