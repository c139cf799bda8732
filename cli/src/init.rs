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
        report(&chain(&error), hint(&error));
        return Ending::Refused;
    }
    let dir = args.dir.display();
    let _written = writeln!(
        io::stdout(),
        "made an evaluation authority in {dir}\n\
         \x20 {dir}/pki/root.pem          what clients trust\n\
         \x20 {dir}/pki/log.vkey          what checks its log\n\
         \x20 {dir}/meridian.toml         its configuration\n\
         \x20 {dir}/location-policy.json  how it appraises places\n\
         start it with: meridian serve {dir}"
    );
    Ending::Done
}

fn hint(error: &InitError) -> &'static str {
    match error {
        InitError::Exists { .. } => "name a folder that is not there yet",
        InitError::NoName { .. } => "name a new folder, as in `meridian init authority`",
        InitError::Write { .. } | InitError::Store(_) | InitError::Lock(_) | InitError::Log(_) => {
            "the folder above must exist and be writable, and the disk have room; nothing was made"
        }
        InitError::Name(_) => "choose another --name; nothing was made",
        InitError::Clock(_) => "this system's clock cannot be read; nothing was made",
        InitError::Entropy(_) | InitError::Sign(_) => {
            "this machine gives no random numbers: try again; nothing was made"
        }
        _ => "nothing was made; this is a fault of the program, please report it",
    }
}
