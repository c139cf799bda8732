use super::*;

const SAMPLE: &str = include_str!("../../meridian.sample.toml");

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join(FILE_NAME), text).unwrap();
    let pairs = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(directory.path(), &Environment::from_pairs(pairs))
}

fn refusal(text: &str, environment: &[(&str, &str)]) -> String {
    let message = load(text, environment).unwrap_err().to_string();
    // The folder is a new one in each run; what follows it is the rule.
    match message.split_once(FILE_NAME) {
        Some((_, rest)) => format!("{FILE_NAME}{rest}"),
        None => message,
    }
}

#[test]
fn the_sample_file_is_accepted() {
    let config = load(SAMPLE, &[]).unwrap();
    assert_eq!(config.asserted_bound, Some(Duration::from_millis(300)));
}

/// What has no default, or excludes another key, stands in a comment.
fn with_comments_as_keys(sample: &str) -> String {
    let line = |line: &str| {
        let key = line.strip_prefix("# ").filter(|rest| {
            let name = rest.split_once(" = ").map_or("", |(name, _)| name);
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        });
        key.unwrap_or(line).to_owned() + "\n"
    };
    sample.lines().map(line).collect()
}

#[test]
fn the_sample_file_shows_every_key() {
    let raw: RawConfig = toml::from_str(&with_comments_as_keys(SAMPLE)).unwrap();
    // TOML cannot write an absent value: a key that the sample forgot is missing here.
    let written = serde_json::to_string(&raw).unwrap();
    assert!(!written.contains("null"), "{written}");
}

#[test]
fn the_sample_file_shows_the_defaults() {
    let sample = load(&SAMPLE.replace("asserted_bound", "# "), &[]).unwrap();
    // The tables that switch something on; every key in them has its default.
    let on = "[location]\n[http]\nlisten = \"127.0.0.1:3161\"\n[tls]\n";
    let empty = load(on, &[]).unwrap();
    let shown = |config: &Config| {
        let mut config = config.clone();
        // Over what is written, defaults or not.
        config.digest = [0; 32];
        format!("{config:?}").replace(&config.directory.display().to_string(), "DIR")
    };
    assert_eq!(shown(&sample), shown(&empty));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let message = refusal("[http]\nlisten = \"a:1\"\nlimit = 4\n", &[]);
    assert!(
        message.starts_with("meridian.toml:3: http.limit: unknown field `limit`"),
        "{message}"
    );
}

#[test]
fn an_unknown_table_is_refused_with_its_line() {
    let message = refusal("\n\n[https]\n", &[]);
    assert!(
        message.starts_with("meridian.toml:3: https: unknown field `https`"),
        "{message}"
    );
}

#[test]
fn a_wrong_type_is_refused_with_its_line() {
    let message = refusal("[sequencer]\nqueue = \"many\"\n", &[]);
    assert!(
        message.starts_with("meridian.toml:2: sequencer.queue: invalid type"),
        "{message}"
    );
}

#[test]
fn a_bad_duration_is_refused_with_its_line() {
    let message = refusal("[clock]\nasserted_bound = \"300\"\n", &[]);
    assert!(
        message.starts_with("meridian.toml:2: clock.asserted_bound: a duration ends with"),
        "{message}"
    );
}

#[test]
fn text_that_is_no_toml_is_refused_with_its_line() {
    let message = refusal("[http]\nlisten = \n", &[]);
    assert!(message.starts_with("meridian.toml:2: "), "{message}");
}

#[test]
fn a_number_outside_its_range_is_refused_with_line_and_key() {
    let message = refusal("[sequencer]\n\nqueue = 0\n", &[]);
    assert_eq!(
        message,
        "meridian.toml:3: sequencer.queue: 0 is outside 1 to 1048576"
    );
}

#[test]
fn ordering_is_refused_where_compatible_tokens_are_issued() {
    let message = refusal("[authority]\nordering = true\n", &[]);
    assert!(
        message.starts_with("meridian.toml:2: authority.ordering: "),
        "{message}"
    );
    let precise_only = "[authority]\nordering = true\npolicies = [\"precise\"]\n";
    assert!(load(precise_only, &[]).unwrap().authority.ordering);
}

#[test]
fn a_default_policy_that_is_not_served_is_refused() {
    let text = "[authority]\npolicies = [\"precise\"]\ndefault_policy = \"compatible\"\n";
    let message = refusal(text, &[]);
    assert!(
        message.starts_with("meridian.toml:3: authority.default_policy: "),
        "{message}"
    );
}

#[test]
fn an_address_without_a_port_is_refused() {
    let message = refusal("[http]\nlisten = \"127.0.0.1\"\n", &[]);
    assert!(
        message.starts_with("meridian.toml:2: http.listen: "),
        "{message}"
    );
}

#[test]
fn two_private_listeners_are_refused() {
    let text = "[private]\nsocket = \"s\"\nlisten = \"127.0.0.1:1\"\n";
    let message = refusal(text, &[]);
    assert!(
        message.starts_with("meridian.toml:3: private.listen: "),
        "{message}"
    );
}

#[test]
fn a_missing_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let error = Config::load(directory.path(), &Environment::default()).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
    assert!(error.to_string().contains(FILE_NAME));
}

#[test]
fn the_environment_overrides_the_file() {
    let text = "[http]\nlisten = \"127.0.0.1:1\"\n";
    let environment = [
        ("HTTP__LISTEN", "127.0.0.1:2"),
        ("CLOCK__ASSERTED_BOUND", "20ms"),
        ("SEQUENCER__QUEUE", "7"),
        ("AUTHORITY__POLICIES", "[\"precise\"]"),
        ("PRIVATE__LISTEN", "127.0.0.1:3"),
    ];
    let config = load(text, &environment).unwrap();
    assert_eq!(config.http.listen.as_deref(), Some("127.0.0.1:2"));
    assert_eq!(config.asserted_bound, Some(Duration::from_millis(20)));
    assert_eq!(config.sequencer.queue, 7);
    assert_eq!(config.authority.policies, [Policy::Precise]);
    let private: SocketAddr = "127.0.0.1:3".parse().unwrap();
    assert_eq!(config.private, PrivateListen::Tcp(private));
}

#[test]
fn a_misspelt_variable_is_refused_by_name() {
    let message = refusal("", &[("HTTP__LISTENS", "127.0.0.1:2")]);
    let expected = "environment variable MERIDIAN_HTTP__LISTENS: http.listens: unknown field";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn a_bad_value_in_a_variable_is_refused_by_name() {
    let message = refusal("", &[("SEQUENCER__QUEUE", "0")]);
    let expected = "environment variable MERIDIAN_SEQUENCER__QUEUE: sequencer.queue: 0 is outside";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn a_variable_without_a_table_is_not_ours() {
    assert!(load("", &[("URL", "http://127.0.0.1:1")]).is_ok());
}

#[test]
fn without_its_table_there_are_no_location_stamps() {
    assert!(load("", &[]).unwrap().location.is_none());
    let here = load("[location]\n", &[]).unwrap().location.unwrap();
    assert_eq!(here.enrolment, Enrolment::Open);
    assert_eq!(here.token_retention, Duration::from_secs(30 * 86_400));
    assert!(here.rate_per_key.is_none() && here.country_database.is_none());
    let by_variable = load("", &[("LOCATION__ENROLMENT", "closed")]).unwrap();
    assert_eq!(by_variable.location.unwrap().enrolment, Enrolment::Closed);
}

#[test]
fn a_rate_of_nothing_is_refused() {
    let message = refusal("[location]\nrate_per_key = 0\n", &[]);
    assert_eq!(
        message,
        "meridian.toml:2: location.rate_per_key: 0 is outside 1 to 1000000"
    );
}

#[test]
fn with_tls_the_plain_port_must_be_asked_for() {
    let listens = |text| {
        let config = load(text, &[]).unwrap();
        (config.http.listen, config.tls.map(|tls| tls.listen))
    };
    let (plain, tls) = ("127.0.0.1:3161".to_owned(), "127.0.0.1:3443".to_owned());
    assert_eq!(listens(""), (Some(plain.clone()), None));
    assert_eq!(listens("[tls]\n"), (None, Some(tls.clone())));
    let both = "[tls]\n[http]\nlisten = \"127.0.0.1:3161\"\n";
    assert_eq!(listens(both), (Some(plain), Some(tls)));
}

#[test]
fn a_variable_turns_https_on() {
    let config = load("", &[("TLS__LISTEN", "127.0.0.1:1")]).unwrap();
    assert_eq!(config.tls.unwrap().listen, "127.0.0.1:1");
}

#[test]
fn a_client_ca_that_nobody_asks_for_is_refused() {
    let message = refusal("[tls]\nclient_ca = \"ca.pem\"\n", &[]);
    assert!(
        message.starts_with("meridian.toml:2: tls.client_ca: it needs tls.client_certificates"),
        "{message}"
    );
    let asked = "[tls]\nclient_ca = \"ca.pem\"\nclient_certificates = \"request\"\n";
    assert!(load(asked, &[]).is_ok());
}

#[test]
fn the_files_are_not_looked_at_more_often_than_every_second() {
    let message = refusal("[tls]\nreload = \"500ms\"\n", &[]);
    assert!(
        message.starts_with("meridian.toml:2: tls.reload: 500000 is outside"),
        "{message}"
    );
}

#[test]
fn a_proxy_is_a_network_or_an_address() {
    let text = "[http]\ntrusted_proxies = [\"10.1.2.3/8\", \"2001:db8::1\", \"::1/128\"]\n";
    let proxies = load(text, &[]).unwrap().http.trusted_proxies;
    let shown: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["10.0.0.0/8", "2001:db8::1/128", "::1/128"]);
    for text in ["10.0.0.0/33", "localhost", ""] {
        let message = refusal(&format!("[http]\ntrusted_proxies = [\"{text}\"]\n"), &[]);
        assert!(
            message.starts_with("meridian.toml:2: http.trusted_proxies: a network is written"),
            "{message}"
        );
    }
}

#[test]
fn a_public_url_has_a_scheme_and_a_host_and_ends_without_a_slash() {
    let url = |text: &str| load(&format!("[http]\npublic_url = \"{text}\"\n"), &[]);
    for (text, kept) in [
        ("https://tsa.example.org", "https://tsa.example.org"),
        ("http://[::1]:8080/tsa/", "http://[::1]:8080/tsa"),
    ] {
        assert_eq!(url(text).unwrap().http.public_url.as_deref(), Some(kept));
    }
    for text in [
        "tsa.example.org",
        "ftp://tsa.example.org",
        "https://",
        "https://me@tsa.example.org",
        "https://tsa.example.org/?a=b",
        "https://tsa.example.org/#a",
        "/tsa",
    ] {
        assert!(url(text).is_err(), "{text}");
    }
}
