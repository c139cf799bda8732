//! An authority for one scenario, with the databases of addresses that it may have.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use meridian_signing::clock::Clock;
use meridian_signing::clock::system::SystemClock;
use meridian_tests::authority::{Authority, Serving};
use meridian_tests::locating::Client;
use meridian_tests::programs::{Ran, ours, run};
use serde_json::json;

/// In Britain, by the country database of the tests.
pub(crate) const BRITISH_ADDRESS: &str = "2.125.160.216";

/// In Britain too, and by the other database a VPN, a proxy and more.
pub(crate) const HIDDEN_ADDRESS: &str = "81.2.69.142";

/// In Sweden, by the same.
pub(crate) const SWEDISH_ADDRESS: &str = "89.160.20.128";

/// A running authority and its folder.
pub(crate) struct Site {
    // Dropped first: the server ends before its folder goes.
    pub(crate) serving: Serving,
    authority: Authority,
}

impl Site {
    /// As `meridian init` makes it.
    pub(crate) fn plain() -> Self {
        Self::start(|_, _| ())
    }

    /// With MaxMind's test databases, behind a proxy that says who asks. `None`, said on standard
    /// output, where the databases are not at hand.
    pub(crate) fn with_databases() -> Option<Self> {
        let country = database("GeoLite2-Country-Test.mmdb")?;
        let anonymous = database("GeoIP2-Anonymous-IP-Test.mmdb")?;
        Some(Self::start(|config, policy| {
            let table = |name: &str| config.get(name).and_then(toml::Value::as_table).cloned();
            let mut location = table("location").unwrap();
            let path = |path: &Path| toml::Value::from(path.to_str().unwrap());
            location.insert("country_database".to_owned(), path(&country));
            location.insert("anonymous_database".to_owned(), path(&anonymous));
            let mut http = table("http").unwrap_or_default();
            http.insert("trusted_proxies".to_owned(), vec!["127.0.0.0/8"].into());
            config.insert("location".to_owned(), location.into());
            config.insert("http".to_owned(), http.into());
            // The databases were built years ago.
            policy["ip"] = json!({
                "country": {"max_age_days": 3_660}, "anonymous": {"max_age_days": 3_660},
            });
        }))
    }

    /// With configuration and policy as `edit` leaves them.
    pub(crate) fn start(edit: impl FnOnce(&mut toml::Table, &mut serde_json::Value)) -> Self {
        let authority = Authority::init("p256").unwrap();
        let (config_file, policy_file) = (
            authority.data().join("meridian.toml"),
            authority.data().join("location-policy.json"),
        );
        let config = std::fs::read_to_string(&config_file).unwrap();
        let mut config: toml::Table = config.parse().unwrap();
        let policy = std::fs::read(&policy_file).unwrap();
        let mut policy = serde_json::from_slice(&policy).unwrap();
        edit(&mut config, &mut policy);
        std::fs::write(&config_file, config.to_string()).unwrap();
        std::fs::write(&policy_file, policy.to_string()).unwrap();
        Self {
            serving: authority.serve().unwrap(),
            authority,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.authority.data()
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address()).unwrap()
    }

    /// A client that the proxy saw at an address, over HTTPS.
    pub(crate) fn client_at(&self, address: &str) -> Client {
        self.client()
            .with_header("X-Forwarded-For", address)
            .with_header("X-Forwarded-Proto", "https")
    }

    /// `meridian-verify` on a document and its reply, with further options.
    pub(crate) fn judge(&self, document: &Path, reply: &Path, options: &[&str]) -> Ran {
        run(ours("meridian-verify")
            .unwrap()
            .arg(document)
            .arg("--token")
            .arg(reply)
            .arg("--trust")
            .arg(self.data().join("pki/root.pem"))
            .args(options))
        .unwrap()
    }
}

/// Unix time in seconds.
pub(crate) fn now_s() -> i64 {
    // The bound plays no part: nothing is stamped with this reading.
    let clock = SystemClock::new(Some(std::time::Duration::from_secs(1)));
    clock.read().unwrap().time.get() / 1_000_000
}

fn database(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/maxmind");
    let path = folder.join("test-data").join(name);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: {name} not found");
    None
}
