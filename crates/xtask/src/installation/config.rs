//! Merges the settings of an installation into the tracked configuration of
//! Wrangler. Pure.

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::settings::Settings;

/// The name in the tracked configuration, which the installation's replaces.
const NAME: &str = "guichet";

/// The variable that says under which address candidates find the site.
pub(crate) const ORIGIN: &str = "PUBLIC_ORIGIN";

/// Returns the configuration of an installation, for a file in `build/`. Its
/// database has no id yet.
pub(crate) fn merge(mut config: Value, settings: &Settings) -> anyhow::Result<Value> {
    let object = config.as_object_mut().context("wrangler.toml has no settings")?;
    // xtask builds before it calls Wrangler.
    object.remove("build");
    object.insert("name".into(), settings.name.as_str().into());
    if let Some(account) = settings.account_id.as_ref().filter(|id| !id.is_empty()) {
        object.insert("account_id".into(), account.as_str().into());
    }
    if let Some(domain) = &settings.domain {
        object.insert("routes".into(), json!([{ "pattern": domain, "custom_domain": true }]));
        object.insert("workers_dev".into(), false.into());
    }
    put_vars(object, settings)?;
    if let (Some(domain), Some(vars)) = (&settings.domain, object.get_mut("vars"))
        && !settings.vars.contains_key(ORIGIN)
    {
        put(vars, ORIGIN, format!("https://{domain}").into());
    }
    move_paths(&mut config);
    name_resources(&mut config, &settings.name);
    if let (Some(jurisdiction), Some(buckets)) =
        (settings.jurisdiction, list(&mut config, "/r2_buckets"))
    {
        for bucket in buckets {
            put(bucket, "jurisdiction", jurisdiction.as_str().into());
        }
    }
    if let Some(database) = config.pointer_mut("/d1_databases/0").and_then(Value::as_object_mut) {
        database.remove("database_id");
    }
    Ok(config)
}

/// Returns the name of the database.
pub(crate) fn database_name(config: &Value) -> &str {
    text(config, "/d1_databases/0/database_name")
}

/// Returns the name of the bucket.
pub(crate) fn bucket_name(config: &Value) -> &str {
    text(config, "/r2_buckets/0/bucket_name")
}

/// Returns the names of all queues, each once.
pub(crate) fn queue_names(config: &Value) -> Vec<&str> {
    let each = |pointer, field: &'static str| {
        let queues = config.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
        queues.filter_map(move |queue| queue.get(field)?.as_str())
    };
    let mut names: Vec<&str> = each("/queues/producers", "queue")
        .chain(each("/queues/consumers", "queue"))
        .chain(each("/queues/consumers", "dead_letter_queue"))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns a variable, empty where it is not set.
pub(crate) fn variable<'a>(config: &'a Value, name: &str) -> &'a str {
    config.pointer("/vars").and_then(|vars| vars.get(name)).and_then(Value::as_str).unwrap_or("")
}

/// Returns the id of the database with this name, in the answer of
/// `wrangler d1 list --json`.
pub(crate) fn id_of_database(databases: &Value, name: &str) -> Option<String> {
    let found = databases
        .as_array()?
        .iter()
        .find(|database| database.get("name").and_then(Value::as_str) == Some(name))?;
    Some(found.get("uuid")?.as_str()?.to_owned())
}

pub(crate) fn set_database_id(config: &mut Value, id: String) {
    if let Some(database) = config.pointer_mut("/d1_databases/0") {
        put(database, "database_id", id.into());
    }
}

/// A variable that `wrangler.toml` does not list is a slip of the pen.
fn put_vars(config: &mut Map<String, Value>, settings: &Settings) -> anyhow::Result<()> {
    let vars = config.get_mut("vars").and_then(Value::as_object_mut);
    let vars = vars.context("wrangler.toml has no [vars]")?;
    for (name, value) in &settings.vars {
        if !vars.contains_key(name) {
            let known = vars.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            bail!("[vars] {name} is unknown. There are: {known}");
        }
        vars.insert(name.clone(), value.as_str().into());
    }
    Ok(())
}

/// Paths are relative to the configuration's own folder.
fn move_paths(config: &mut Value) {
    for pointer in ["/main", "/assets/directory", "/d1_databases/0/migrations_dir"] {
        if let Some(Value::String(path)) = config.pointer_mut(pointer) {
            path.insert_str(0, "../");
        }
    }
}

fn name_resources(config: &mut Value, name: &str) {
    for (pointer, fields) in [
        ("/d1_databases", &["database_name"][..]),
        ("/r2_buckets", &["bucket_name"]),
        ("/queues/producers", &["queue"]),
        ("/queues/consumers", &["queue", "dead_letter_queue"]),
    ] {
        for resource in list(config, pointer).into_iter().flatten() {
            for field in fields {
                let renamed = resource
                    .get(field)
                    .and_then(Value::as_str)
                    .and_then(|old| old.strip_prefix(NAME))
                    .map(|rest| format!("{name}{rest}"));
                if let Some(renamed) = renamed {
                    put(resource, field, renamed.into());
                }
            }
        }
    }
}

fn list<'a>(config: &'a mut Value, pointer: &str) -> Option<&'a mut Vec<Value>> {
    config.pointer_mut(pointer)?.as_array_mut()
}

fn put(value: &mut Value, name: &str, new: Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert(name.to_owned(), new);
    }
}

fn text<'a>(config: &'a Value, pointer: &str) -> &'a str {
    config.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(settings: &str) -> anyhow::Result<Value> {
        let base: Value = toml::from_str(include_str!("../../../../wrangler.toml")).unwrap();
        merge(base, &Settings::parse(settings).unwrap())
    }

    #[test]
    fn settings_go_over_the_tracked_configuration() {
        let config = merged(
            "name = \"jobs\"\ndomain = \"careers.example.net\"\njurisdiction = \"eu\"\n\
             [vars]\nMAIL_FROM_ADDRESS = \"jobs@example.net\"",
        )
        .unwrap();
        assert_eq!(text(&config, "/name"), "jobs");
        assert_eq!(text(&config, "/routes/0/pattern"), "careers.example.net");
        assert_eq!(config.pointer("/workers_dev"), Some(&Value::Bool(false)));
        assert_eq!(variable(&config, ORIGIN), "https://careers.example.net");
        assert_eq!(text(&config, "/main"), "../build/production/worker/index.js");
        assert_eq!(variable(&config, "MAIL_FROM_ADDRESS"), "jobs@example.net");
        assert_eq!(variable(&config, "MAIL_TRANSPORT"), "cloudflare");
        assert_eq!((database_name(&config), bucket_name(&config)), ("jobs", "jobs-documents"));
        assert_eq!(text(&config, "/r2_buckets/0/jurisdiction"), "eu");
        let queues = ["events", "incoming", "outbox-dead", "outbox-large", "outbox-small"];
        assert_eq!(queue_names(&config), queues.map(|queue| format!("jobs-{queue}")));
        assert!(config.get("build").is_none());
    }

    #[test]
    fn without_a_domain_it_is_found_under_workers_dev() {
        let config = merged("name = \"guichet\"").unwrap();
        assert!(config.get("routes").is_none());
        assert_eq!(config.pointer("/workers_dev"), Some(&Value::Bool(true)));
        assert_eq!(database_name(&config), "guichet");
    }

    #[test]
    fn an_unknown_variable_is_a_mistake() {
        let error = merged("name = \"guichet\"\n[vars]\nMAIL_FORM_NAME = \"x\"").unwrap_err();
        assert!(error.to_string().contains("MAIL_FORM_NAME is unknown. There are: "), "{error}");
    }

    #[test]
    fn the_database_is_found_by_its_name() {
        let list = json!([{ "name": "other", "uuid": "1" }, { "name": "guichet", "uuid": "2" }]);
        assert_eq!(id_of_database(&list, "guichet").as_deref(), Some("2"));
        assert_eq!(id_of_database(&list, "jobs"), None);
    }
}
