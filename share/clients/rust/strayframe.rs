//! A cache for strayframe in Rust: one type, one function for its events. This file is the whole library; it needs
//! the standard library only.
//!
//!     mod strayframe;
//!     use strayframe::{Cache, Event, Host};
//!
//!     struct MyCache;
//!
//!     impl Cache for MyCache {
//!         const NAME: &'static str = "my-cache";
//!         const EVENTS: &'static [&'static str] = &["request"];
//!
//!         fn create(_host: &mut Host, _event: &Event) -> Result<Self, String> {
//!             Ok(MyCache)
//!         }
//!
//!         fn on_event(&mut self, host: &mut Host, event: &Event) {
//!             if event.name == "request" {
//!                 host.answer(event.id("request"), "unavailable", &[]);
//!             }
//!         }
//!     }
//!
//!     fn main() {
//!         strayframe::run::<MyCache>()
//!     }
//!
//!     strayframe gate --candidate 'exec:./my_cache'
//!
//! EVENTS lists the events that the cache receives; docs/exec.md names their fields. Take time and chance from the host
//! only (`host.now`, `host.random()`), and iterate over no HashMap, or no run can be repeated. `eprintln!` is for messages to
//! people; standard output belongs to the protocol, so `println!` breaks it.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Write};

const PROTOCOL: i64 = 1;
const BYTES_MAX: usize = 4 << 20;

/// A cache: one instance, on one node.
pub trait Cache: Sized {
    const NAME: &'static str;
    const VERSION: &'static str = "1";
    /// One line: what it does.
    const SUMMARY: &'static str = "";
    /// For a person: "ttl_ms=5000 ...".
    const OPTIONS: &'static str = "";
    /// The events that it receives.
    const EVENTS: &'static [&'static str];

    /// `event` is `create`. An error refuses the options.
    fn create(host: &mut Host, event: &Event) -> Result<Self, String>;

    /// Any event of EVENTS but `reconfigure`.
    fn on_event(&mut self, host: &mut Host, event: &Event);

    /// An error refuses the options; the cache then changes nothing.
    fn on_reconfigure(&mut self, _host: &mut Host, _options: &str) -> Result<(), String> {
        Ok(())
    }
}

// ---- events ----

enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
}

/// What the host says. A field that is absent reads as "", 0 or false.
pub struct Event {
    pub name: String,
    /// The raw bytes that belong to the event.
    pub data: Vec<u8>,
    fields: Vec<(String, Value)>,
}

impl Event {
    fn value(&self, field: &str) -> Option<&Value> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// Words, names that the cache chose, and texts.
    pub fn text(&self, field: &str) -> &str {
        match self.value(field) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// An identity of the host's; 0: there is none.
    pub fn id(&self, field: &str) -> u64 {
        u64::from_str_radix(self.text(field), 16).unwrap_or(0)
    }

    pub fn number(&self, field: &str) -> i64 {
        match self.value(field) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    pub fn flag(&self, field: &str) -> bool {
        matches!(self.value(field), Some(Value::Flag(true)))
    }
}

/// Reads one flat object of JSON.
struct Reader<'a> {
    line: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn fail(&self) -> ! {
        panic!("this is no message: {}", String::from_utf8_lossy(self.line));
    }

    fn next(&mut self) -> u8 {
        let byte = *self.line.get(self.at).unwrap_or_else(|| self.fail());
        self.at += 1;
        byte
    }

    fn peek(&self) -> u8 {
        *self.line.get(self.at).unwrap_or_else(|| self.fail())
    }

    fn string(&mut self) -> String {
        let mut bytes = Vec::new();
        if self.next() != b'"' {
            self.fail();
        }
        loop {
            match self.next() {
                b'"' => return String::from_utf8(bytes).unwrap_or_else(|_| self.fail()),
                b'\\' => match self.next() {
                    b'u' => {
                        let digits = self.line.get(self.at..self.at + 4).unwrap_or_else(|| self.fail());
                        let digits = std::str::from_utf8(digits).unwrap_or_else(|_| self.fail());
                        let code = u32::from_str_radix(digits, 16).unwrap_or_else(|_| self.fail());
                        let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                        bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                        self.at += 4;
                    }
                    b'n' => bytes.push(b'\n'),
                    b't' => bytes.push(b'\t'),
                    b'r' => bytes.push(b'\r'),
                    b'b' => bytes.push(8),
                    b'f' => bytes.push(12),
                    other => bytes.push(other),
                },
                byte => bytes.push(byte),
            }
        }
    }

    fn value(&mut self) -> Value {
        if self.peek() == b'"' {
            return Value::Text(self.string());
        }
        let rest = &self.line[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b',' | b'}')).unwrap_or_else(|| self.fail());
        let word = std::str::from_utf8(&rest[..length]).unwrap_or_else(|_| self.fail());
        self.at += length;
        match word {
            "true" => Value::Flag(true),
            "false" => Value::Flag(false),
            number => Value::Number(number.parse().unwrap_or_else(|_| self.fail())),
        }
    }

    fn object(&mut self) -> Vec<(String, Value)> {
        let mut fields = Vec::with_capacity(24);
        if self.next() != b'{' {
            self.fail();
        }
        loop {
            let name = self.string();
            if self.next() != b':' {
                self.fail();
            }
            fields.push((name, self.value()));
            match self.next() {
                b',' => {}
                b'}' => return fields,
                _ => self.fail(),
            }
        }
    }
}

// ---- calls ----

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\0'..='\x1f' => quoted.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// An identity in the form that messages have; also a good name for a fetch or a timer.
pub fn hex(id: u64) -> String {
    format!("{id:016x}")
}

/// Properties of an answer; the fields that are 0 or false are left out.
#[derive(Default)]
pub struct Properties {
    pub stale: bool,
    pub incomplete: bool,
    pub validator: u64,
    pub session: u64,
}

/// What the cache calls. Names of fetches, timers, connections and operations (`op`) are chosen by the cache, and
/// unique while they are in use.
pub struct Host {
    /// Virtual time in ns since the run began.
    pub now: i64,
    /// The node's wall clock.
    pub wall_ms: i64,
    random_state: u64,
    calls: Vec<u8>,
    event: String,
    silent: bool,                 // the event wants no reply: none was expected
    mispredicted: Option<String>, // the first such event that had calls all the same
}

impl Host {
    /// A number of the generator (SplitMix64) that the host's seed began.
    pub fn random(&mut self) -> u64 {
        self.random_state = self.random_state.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.random_state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }

    pub fn answer(&mut self, request: u64, status: &str, data: &[u8]) {
        self.call("answer", &format!(",\"request\":\"{request:016x}\",\"status\":{}", quote(status)), data);
    }

    pub fn answer_begin(&mut self, request: u64, total_bytes: usize) {
        self.call("answer_begin", &format!(",\"request\":\"{request:016x}\",\"total_bytes\":{total_bytes}"), &[]);
    }

    pub fn answer_part(&mut self, request: u64, data: &[u8]) {
        self.call("answer_part", &format!(",\"request\":\"{request:016x}\""), data);
    }

    pub fn answer_end(&mut self, request: u64) {
        self.call("answer_end", &format!(",\"request\":\"{request:016x}\""), &[]);
    }

    pub fn answer_abort(&mut self, request: u64) {
        self.call("answer_abort", &format!(",\"request\":\"{request:016x}\""), &[]);
    }

    pub fn answer_properties(&mut self, request: u64, properties: &Properties) {
        let mut fields = format!(",\"request\":\"{request:016x}\"");
        for (name, value) in [("stale", properties.stale), ("incomplete", properties.incomplete)] {
            if value {
                fields.push_str(&format!(",\"{name}\":true"));
            }
        }
        for (name, id) in [("validator", properties.validator), ("session", properties.session)] {
            if id != 0 {
                fields.push_str(&format!(",\"{name}\":\"{id:016x}\""));
            }
        }
        self.call("answer_properties", &fields, &[]);
    }

    pub fn fetch(&mut self, fetch: &str, camera: u64) {
        self.call("fetch", &format!(",\"fetch\":{},\"camera\":\"{camera:016x}\"", quote(fetch)), &[]);
    }

    pub fn fetch_if_changed(&mut self, fetch: &str, camera: u64, validator: u64) {
        let fields =
            format!(",\"fetch\":{},\"camera\":\"{camera:016x}\",\"validator\":\"{validator:016x}\"", quote(fetch));
        self.call("fetch", &fields, &[]);
    }

    pub fn fetch_cancel(&mut self, fetch: &str) {
        self.call("fetch_cancel", &format!(",\"fetch\":{}", quote(fetch)), &[]);
    }

    pub fn timer_set(&mut self, timer: &str, delay_ns: i64) {
        self.call("timer_set", &format!(",\"timer\":{},\"delay_ns\":{delay_ns}", quote(timer)), &[]);
    }

    pub fn timer_cancel(&mut self, timer: &str) {
        self.call("timer_cancel", &format!(",\"timer\":{}", quote(timer)), &[]);
    }

    pub fn store_open(&mut self, connection: &str) {
        self.call("store_open", &format!(",\"connection\":{}", quote(connection)), &[]);
    }

    pub fn store_close(&mut self, connection: &str) {
        self.call("store_close", &format!(",\"connection\":{}", quote(connection)), &[]);
    }

    pub fn store_get(&mut self, connection: &str, op: &str, key: &str) {
        let fields = format!(",\"connection\":{},\"op\":{},\"key\":{}", quote(connection), quote(op), quote(key));
        self.call("store_get", &fields, &[]);
    }

    /// ttl_ns 0: the value stays until it is overwritten. No data: the value is deleted.
    pub fn store_put(&mut self, connection: &str, op: &str, key: &str, data: &[u8], ttl_ns: i64) {
        let fields = format!(
            ",\"connection\":{},\"op\":{},\"key\":{},\"ttl_ns\":{ttl_ns}",
            quote(connection),
            quote(op),
            quote(key)
        );
        self.call("store_put", &fields, data);
    }

    pub fn identity(&mut self, op: &str, token: u64) {
        self.call("identity", &format!(",\"op\":{},\"token\":\"{token:016x}\"", quote(op)), &[]);
    }

    pub fn log(&mut self, text: &str) {
        self.call("log", &format!(",\"text\":{}", quote(text)), &[]);
    }

    pub fn fuzz_state(&mut self, index: u32, value: u32) {
        self.call("fuzz_state", &format!(",\"index\":{index},\"value\":{value}"), &[]);
    }

    /// In `export`: some bytes for the successor.
    pub fn state(&mut self, data: &[u8]) {
        for part in data.chunks(BYTES_MAX) {
            self.call("state", "", part);
        }
    }

    fn call(&mut self, call: &str, fields: &str, data: &[u8]) {
        if self.silent {
            if self.mispredicted.is_none() {
                self.mispredicted = Some(self.event.clone());
            }
            return;
        }
        self.calls.extend_from_slice(format!("{{\"call\":\"{call}\"{fields}").as_bytes());
        if !data.is_empty() {
            self.calls.extend_from_slice(format!(",\"bytes\":{}", data.len()).as_bytes());
        }
        self.calls.extend_from_slice(b"}\n");
        self.calls.extend_from_slice(data);
    }

    fn done(&mut self, output: &mut impl Write) {
        if let Some(event) = self.mispredicted.take() {
            self.calls.clear();
            self.call("mispredicted", &format!(",\"of\":{}", quote(&event)), &[]);
        } else {
            self.call("done", "", &[]);
        }
        if output.write_all(&self.calls).and_then(|()| output.flush()).is_err() {
            std::process::exit(0); // the host is gone
        }
        self.calls.clear();
    }
}

// ---- the loop ----

fn read_event(input: &mut impl BufRead, line: &mut Vec<u8>) -> Event {
    line.clear();
    if input.read_until(b'\n', line).unwrap_or(0) == 0 {
        std::process::exit(0); // the host needs us no more
    }
    let mut event = Event { name: String::new(), data: Vec::new(), fields: Reader { line, at: 0 }.object() };
    event.name = event.text("event").to_string();
    event.data.resize(event.number("bytes") as usize, 0);
    if input.read_exact(&mut event.data).is_err() {
        std::process::exit(0);
    }
    event
}

fn hello<C: Cache>(host: &mut Host) {
    let events: Vec<String> = C::EVENTS.iter().map(|name| quote(name)).collect();
    let mut fields = format!(
        ",\"protocol\":{PROTOCOL},\"name\":{},\"version\":{},\"events\":[{}]",
        quote(C::NAME),
        quote(C::VERSION),
        events.join(",")
    );
    for (name, text) in [("summary", C::SUMMARY), ("options", C::OPTIONS)] {
        if !text.is_empty() {
            fields.push_str(&format!(",\"{name}\":{}", quote(text)));
        }
    }
    host.call("hello", &fields, &[]);
}

/// Answers the host's events until it closes standard input.
pub fn run<C: Cache>() -> ! {
    let mut input = BufReader::with_capacity(1 << 18, std::io::stdin());
    let mut output = std::io::stdout();
    let mut line = Vec::new();
    let mut cache: Option<C> = None;
    let mut parts: Vec<u8> = Vec::new(); // of a state that is imported
    let mut host = Host {
        now: 0,
        wall_ms: 0,
        random_state: 0,
        calls: Vec::new(),
        event: String::new(),
        silent: false,
        mispredicted: None,
    };
    loop {
        let mut event = read_event(&mut input, &mut line);
        host.now = event.number("now");
        host.wall_ms = event.number("wall_ms");
        host.silent = matches!(event.value("reply"), Some(Value::Flag(false)));
        host.event.clone_from(&event.name);
        let mut refusal = None;
        match (event.name.as_str(), &mut cache) {
            ("hello", _) => hello::<C>(&mut host),
            ("create", _) => {
                host.random_state = event.id("seed");
                match C::create(&mut host, &event) {
                    Ok(created) => cache = Some(created),
                    Err(text) => refusal = Some(text),
                }
            }
            ("destroy", _) => cache = None,
            ("reconfigure", Some(cache)) => refusal = cache.on_reconfigure(&mut host, event.text("options")).err(),
            ("import", Some(cache)) => {
                parts.append(&mut event.data);
                if event.flag("last") {
                    event.data = std::mem::take(&mut parts);
                    cache.on_event(&mut host, &event);
                }
            }
            (_, Some(cache)) => cache.on_event(&mut host, &event),
            (_, None) => {}
        }
        if let Some(text) = refusal {
            host.call("refuse", &format!(",\"text\":{}", quote(&text)), &[]);
        }
        if !host.silent {
            host.done(&mut output);
        }
    }
}
