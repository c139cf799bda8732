//! The real program on a small disk that fills up and is emptied again.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use meridian_tests::Failure;
use meridian_tests::authority::{Authority, Serving};
use meridian_tests::load::{Clients, Harvest};
use meridian_tests::recovered::Recovery;

/// MiB of the disk: RocksDB sets a log file aside before anything is in it.
const DISK: u64 = 128;

/// MiB that are to stay free: the least that may be configured.
const RESERVE: u64 = 32;

/// A tmpfs; unmounted when dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `None`, with words, where tests may mount nothing.
    fn mount(folder: &'a Path) -> Result<Option<Self>, Failure> {
        fs::create_dir(folder)?;
        let size = format!("size={DISK}m");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder);
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Ok(Some(Self(folder)));
        }
        eprintln!("skipped: no file system can be mounted here");
        Ok(None)
    }

    /// Takes room until less than the reserve is left.
    fn fill(&self) -> Result<(), Failure> {
        let filler = vec![1; usize::try_from((DISK - RESERVE) << 20)?];
        // Ends where the room does.
        drop(fs::write(self.0.join("filler"), filler));
        File::open(self.0.join("filler"))?.sync_all()?;
        Ok(())
    }

    fn empty(&self) -> Result<(), Failure> {
        Ok(fs::remove_file(self.0.join("filler"))?)
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // What is still open there lives until its process ends.
        let unmounted = Command::new("umount").arg("-l").arg(self.0).status();
        drop(unmounted);
    }
}

/// What clients got until one of them got what `enough` waits for.
fn ask(
    server: &Serving,
    next: &Arc<AtomicU64>,
    enough: impl Fn(&Harvest) -> bool,
) -> Result<Harvest, Failure> {
    for _ in 0..100 {
        let clients = Clients::start(server.address(), 2, next);
        std::thread::sleep(Duration::from_millis(100));
        let harvest = clients.finish()?;
        assert_eq!(harvest.rejections, Vec::<String>::new());
        assert_eq!(harvest.unanswered, 0);
        if enough(&harvest) {
            return Ok(harvest);
        }
    }
    Err("it never came".into())
}

#[test]
fn a_server_stops_stamping_before_its_disk_is_full_and_goes_on_when_there_is_room()
-> Result<(), Failure> {
    let authority = Authority::init("p256")?;
    let folder = authority.data().join("small");
    let Some(disk) = SmallDisk::mount(&folder)? else {
        return Ok(());
    };
    let moved = Command::new("mv")
        .arg(authority.data().join("log"))
        .arg(folder.join("log"))
        .status()?;
    assert!(moved.success());
    let file = authority.data().join("meridian.toml");
    let config = fs::read_to_string(&file)?;
    let log = format!("[log]\ndatabase = \"small/log\"\nreserve = \"{RESERVE}MiB\"\n");
    fs::write(&file, format!("{config}\n{log}"))?;

    let server = authority.serve()?;
    let next = Arc::new(AtomicU64::new(0));
    let mut recovery = Recovery::default();
    let granted = |harvest: &Harvest| !harvest.received.is_empty();
    let mut received = ask(&server, &next, granted)?.received;
    for _ in 0..2 {
        disk.fill()?;
        // Nobody is granted anything, and everybody is answered.
        let full = ask(&server, &next, |it| {
            it.unavailable > 0 && it.received.is_empty()
        })?;
        assert!(full.unavailable > 1);
        disk.empty()?;
        received.extend(ask(&server, &next, granted)?.received);
    }
    let said = server.log()?;
    assert_eq!(said.matches("the disk is nearly full").count(), 2, "{said}");
    assert_eq!(said.matches("stamping goes on").count(), 2, "{said}");
    server.kill()?;
    recovery.check(&authority.data(), &received)
}
