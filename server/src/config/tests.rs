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

#[test]
fn the_sample_file_shows_every_key() {
    // `private.listen` excludes `private.socket`, so it stands in a comment.
    let text = SAMPLE.replace(
        "# listen = \"127.0.0.1:3162\"",
        "listen = \"127.0.0.1:3162\"",
    );
    let raw: RawConfig = toml::from_str(&text).unwrap();
    // TOML cannot write an absent value: a key that the sample forgot is missing here.
    let written = serde_json::to_string(&raw).unwrap();
    assert!(!written.contains("null"), "{written}");
}

#[test]
fn the_sample_file_shows_the_defaults() {
    let sample = load(&SAMPLE.replace("asserted_bound", "# "), &[]).unwrap();
    let empty = load("", &[]).unwrap();
    let shown = |config: &Config| {
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
    assert_eq!(config.http.listen, "127.0.0.1:2");
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
