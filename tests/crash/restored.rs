//! Copies of a log that are put back, and a second server on its folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use meridian_tests::Failure;
use meridian_tests::authority::Authority;
use meridian_tests::load::{Clients, Received};
use meridian_tests::programs;
use meridian_tests::recovered::Recovery;

/// Tokens of each run of a server.
const TOKENS: u64 = 20;

/// One authority, and all that its clients hold.
struct World {
    authority: Authority,
    next: Arc<AtomicU64>,
    held: Vec<Received>,
}

impl World {
    fn new() -> Result<Self, Failure> {
        let world = Self {
            authority: Authority::init("p256")?,
            next: Arc::new(AtomicU64::new(0)),
            held: Vec::new(),
        };
        Ok(world)
    }

    /// Serves, stamps, and is killed.
    fn live(&mut self) -> Result<(), Failure> {
        let server = self.authority.serve()?;
        let clients = Clients::start(server.address(), 2, &self.next);
        clients.wait_for_answers(TOKENS, Duration::from_secs(20));
        let harvest = clients.finish()?;
        server.kill()?;
        assert!(u64::try_from(harvest.received.len())? >= TOKENS);
        self.held.extend(harvest.received);
        Ok(())
    }

    /// Copies database or lock record under another name.
    fn save(&self, what: &str, name: &str) -> Result<(), Failure> {
        copy(
            &self.authority.data().join(what),
            &self.authority.data().join(name),
        )
    }

    fn put_back(&self, name: &str, what: &str) -> Result<(), Failure> {
        let target = self.authority.data().join(what);
        if target.is_dir() {
            fs::remove_dir_all(&target)?;
        }
        copy(&self.authority.data().join(name), &target)
    }

    /// The server does not start, and says so.
    fn assert_refused(&self, words: &str) -> Result<(), Failure> {
        let refused = self.authority.serve().err().ok_or("it serves")?;
        assert!(refused.to_string().contains(words), "{refused}");
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if from.is_file() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[test]
fn an_old_copy_of_the_database_is_refused_and_the_newest_one_is_taken_back() -> Result<(), Failure>
{
    let mut world = World::new()?;
    world.live()?;
    world.save("log", "old")?;
    world.live()?;
    world.save("log", "newest")?;

    world.put_back("old", "log")?;
    world.assert_refused("the database is behind")?;
    let data = world.authority.data();
    let fsck = programs::ours("meridian")?
        .args(["log", "fsck"])
        .arg(&data)
        .output()?;
    let said = String::from_utf8_lossy(&fsck.stderr).into_owned();
    assert!(
        !fsck.status.success() && said.contains("old copy"),
        "{said}"
    );

    world.put_back("newest", "log")?;
    world.live()?;
    Recovery::default().check(&data, &world.held)
}

#[test]
fn an_old_copy_of_the_lock_record_is_refused() -> Result<(), Failure> {
    let mut world = World::new()?;
    world.live()?;
    world.save("lock", "old")?;
    world.live()?;
    world.save("lock", "newest")?;
    world.put_back("old", "lock")?;
    world.assert_refused("the lock record is behind")?;
    world.put_back("newest", "lock")?;
    Recovery::default().check(&world.authority.data(), &world.held)
}

/// What the machine itself cannot know: a snapshot of both disks is a log as it was. Its next
/// leaves have the numbers of those that were forgotten; who holds one of their tokens, or a
/// checkpoint over them, can prove it. Until then only a witness stands between.
#[test]
fn old_copies_of_both_are_served_and_who_holds_a_token_of_before_can_tell() -> Result<(), Failure> {
    let mut world = World::new()?;
    world.live()?;
    world.save("log", "old")?;
    world.save("lock", "old lock")?;
    let kept = world.held.clone();
    world.live()?;
    let forgotten = world.held.split_off(kept.len());

    world.put_back("old", "log")?;
    world.put_back("old lock", "lock")?;
    world.live()?;
    let data = world.authority.data();
    Recovery::default().check(&data, &world.held)?;
    let told = Recovery::default().check(&data, &forgotten);
    let told = told.err().ok_or("the forgotten tokens are in the log")?;
    assert!(told.to_string().contains("is not"), "{told}");
    Ok(())
}

#[test]
fn a_second_server_on_the_folder_is_refused_and_disturbs_nobody() -> Result<(), Failure> {
    let world = World::new()?;
    let server = world.authority.serve()?;
    let clients = Clients::start(server.address(), 2, &world.next);
    clients.wait_for_answers(TOKENS, Duration::from_secs(20));
    world.assert_refused("held by another process")?;
    clients.wait_for_answers(3 * TOKENS, Duration::from_secs(20));
    let harvest = clients.finish()?;
    server.kill()?;
    assert_eq!((harvest.unanswered, harvest.unavailable), (0, 0));
    assert!(u64::try_from(harvest.received.len())? >= 3 * TOKENS);
    Recovery::default().check(&world.authority.data(), &harvest.received)
}
