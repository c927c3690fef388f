//! tests/plugins/thorough.c in Rust: the same calls in the same order.

#[path = "../../share/clients/rust/strayframe.rs"]
mod strayframe;

use std::collections::BTreeMap;
use strayframe::{hex, Cache, Event, Host, Properties};

const SECOND_NS: i64 = 1000 * 1000 * 1000;
const SWEEP_NS: i64 = 5 * SECOND_NS;
const STALE_NS: i64 = 10 * SECOND_NS;
const HEAD_BYTES: usize = 8 + 8 + 4 + 8 + 4;

type Key = (u64, u64);

#[derive(Clone, Default)]
struct Still {
    key: Key,
    session: u64,
    bytes: Vec<u8>,
    capture: u32,
    stored_ns: i64,
    fetching: bool,
}

fn still_of(event: &Event) -> Still {
    Still {
        key: (event.id("tenant"), event.id("camera")),
        session: event.id("session_renewal"),
        bytes: vec![0; event.number("total_bytes") as usize],
        capture: event.number("capture") as u32,
        ..Still::default()
    }
}

fn fill(still: &mut Still, event: &Event) {
    let offset = event.number("offset") as usize;
    still.bytes[offset..offset + event.data.len()].copy_from_slice(&event.data);
}

fn text_of(key: Key) -> String {
    format!("{} {}", hex(key.0), hex(key.1))
}

struct Thorough {
    fresh_ns: i64,
    stored: BTreeMap<Key, Still>,
    uploads: BTreeMap<u64, Still>,
    requests: BTreeMap<u64, Still>,
    puts_count: u64,
}

impl Thorough {
    fn read_options(&mut self, options: &str) -> Result<(), String> {
        if options.is_empty() {
            return Ok(());
        }
        let value = options.strip_prefix("fresh_ms=").and_then(|value| value.parse::<i64>().ok());
        self.fresh_ns = value.ok_or("it knows fresh_ms")? * 1000000;
        Ok(())
    }

    fn get(&self, host: &Host, key: Key) -> Option<&Still> {
        self.stored.get(&key).filter(|still| host.now - still.stored_ns <= self.fresh_ns)
    }

    fn put_key(&mut self, host: &mut Host, key: Key, bytes: &[u8], ttl_ns: i64) {
        self.puts_count += 1;
        host.store_put("store", &format!("put {}", self.puts_count), &text_of(key), bytes, ttl_ns);
    }

    fn put(&mut self, host: &mut Host, mut still: Still) {
        if self.get(host, still.key).map_or(false, |there| there.capture > still.capture) {
            return;
        }
        still.stored_ns = host.now;
        self.stored.insert(still.key, still.clone());
        host.fuzz_state(0, self.stored.len() as u32);
        self.put_key(host, still.key, &still.bytes, self.fresh_ns);
    }

    fn deliver(&mut self, host: &mut Host, request: u64, bytes: &[u8], age_ns: i64) {
        let session = self.requests.remove(&request).map_or(0, |wanted| wanted.session);
        let (first, second) = bytes.split_at(bytes.len() / 2);
        host.answer_properties(request, &Properties { stale: age_ns > STALE_NS, session, ..Default::default() });
        host.answer_begin(request, bytes.len());
        host.answer_part(request, first);
        host.answer_part(request, second);
        host.answer_end(request);
    }

    fn look_up(&mut self, host: &mut Host, request: u64) {
        let key = self.requests[&request].key;
        if let Some(still) = self.get(host, key).cloned() {
            self.deliver(host, request, &still.bytes, host.now - still.stored_ns);
        } else {
            host.store_get("store", &hex(request), &text_of(key));
        }
    }

    fn request(&mut self, host: &mut Host, event: &Event) {
        let request = event.id("request");
        self.requests.insert(request, still_of(event));
        match event.id("token") {
            0 => self.look_up(host, request),
            token => host.identity(&hex(request), token),
        }
    }

    fn identity(&mut self, host: &mut Host, event: &Event) {
        let request = event.id("op");
        if self.requests.contains_key(&request) {
            if event.text("status") == "known" {
                self.look_up(host, request);
            } else {
                host.answer(request, "unavailable", &[]);
                self.requests.remove(&request);
            }
        }
    }

    fn store_reply(&mut self, host: &mut Host, event: &Event) {
        let request = event.id("op"); // 0 for a put: it is no number
        if let Some(wanted) = self.requests.get_mut(&request) {
            if event.text("status") == "found" {
                self.deliver(host, request, &event.data, 0);
            } else {
                wanted.fetching = true;
                host.fetch(&hex(request), wanted.key.1);
            }
        }
    }

    fn fetch_ended(&mut self, host: &mut Host, event: &Event) {
        let request = event.id("fetch");
        let Some(wanted) = self.requests.get(&request).cloned() else {
            return;
        };
        if event.text("end") == "complete" {
            self.put(host, wanted.clone());
            self.deliver(host, request, &wanted.bytes, 0);
        } else {
            host.answer(request, "unavailable", &[]);
            self.requests.remove(&request);
        }
    }

    fn sweep(&mut self, host: &mut Host) {
        let before = self.stored.len();
        let (now, fresh_ns) = (host.now, self.fresh_ns);
        self.stored.retain(|_, still| now - still.stored_ns <= fresh_ns);
        host.log(&format!("swept {}", before - self.stored.len()));
        host.timer_set("sweep", SWEEP_NS);
    }

    fn invalidate(&mut self, host: &mut Host, event: &Event) {
        let (tenant, camera) = (event.id("tenant"), event.id("camera"));
        let meant = |key: &&Key| key.0 == tenant && (camera == 0 || key.1 == camera);
        let keys: Vec<Key> = self.stored.keys().filter(meant).copied().collect();
        for key in keys {
            self.put_key(host, key, &[], 0);
            self.stored.remove(&key);
        }
    }

    fn export(&self, host: &mut Host) {
        for still in self.stored.values() {
            let mut bytes = Vec::new();
            bytes.extend_from_slice(&still.key.0.to_le_bytes());
            bytes.extend_from_slice(&still.key.1.to_le_bytes());
            bytes.extend_from_slice(&still.capture.to_le_bytes());
            bytes.extend_from_slice(&still.stored_ns.to_le_bytes());
            bytes.extend_from_slice(&(still.bytes.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&still.bytes);
            host.state(&bytes);
        }
    }

    fn import(&mut self, event: &Event) {
        let mut rest = &event.data[..];
        while event.text("from_name") == "thorough" && rest.len() >= HEAD_BYTES {
            let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
            let long = |at: usize| u64::from_le_bytes(rest[at..at + 8].try_into().unwrap());
            let end = HEAD_BYTES + word(28) as usize;
            let still = Still {
                key: (long(0), long(8)),
                capture: word(16),
                stored_ns: long(20) as i64,
                bytes: rest[HEAD_BYTES..end].to_vec(),
                ..Still::default()
            };
            self.stored.insert(still.key, still);
            rest = &rest[end..];
        }
    }
}

impl Cache for Thorough {
    const NAME: &'static str = "thorough";
    const EVENTS: &'static [&'static str] = &[
        "upload", "upload_fragment", "upload_ended", "request", "request_cancelled", "connection_closed",
        "fetch_part", "fetch_ended", "store_reply", "timer", "invalidate", "reconfigure", "export", "import",
        "identity", "node", "clock_step", "answer_progress",
    ];

    fn create(host: &mut Host, event: &Event) -> Result<Self, String> {
        let mut cache = Thorough {
            fresh_ns: 15 * SECOND_NS,
            stored: BTreeMap::new(),
            uploads: BTreeMap::new(),
            requests: BTreeMap::new(),
            puts_count: 0,
        };
        cache.read_options(event.text("options"))?;
        host.store_open("store");
        host.timer_set("sweep", SWEEP_NS);
        Ok(cache)
    }

    fn on_reconfigure(&mut self, _host: &mut Host, options: &str) -> Result<(), String> {
        self.read_options(options)
    }

    fn on_event(&mut self, host: &mut Host, event: &Event) {
        match event.name.as_str() {
            "upload" if event.text("kind") == "whole" => {
                self.uploads.insert(event.id("upload"), still_of(event));
            }
            "upload_fragment" => {
                if let Some(still) = self.uploads.get_mut(&event.id("upload")) {
                    fill(still, event);
                }
            }
            "upload_ended" => {
                if let Some(still) = self.uploads.remove(&event.id("upload")) {
                    if event.text("end") == "complete" {
                        self.put(host, still);
                    }
                }
            }
            "request" => self.request(host, event),
            "request_cancelled" => {
                if self.requests.remove(&event.id("request")).map_or(false, |wanted| wanted.fetching) {
                    host.fetch_cancel(event.text("request"));
                }
            }
            "connection_closed" => host.log("a connection closed"),
            "fetch_part" => {
                if let Some(wanted) = self.requests.get_mut(&event.id("fetch")) {
                    wanted.bytes.resize(event.number("total_bytes") as usize, 0);
                    wanted.capture = event.number("capture") as u32;
                    fill(wanted, event);
                }
            }
            "fetch_ended" => self.fetch_ended(host, event),
            "store_reply" => self.store_reply(host, event),
            "timer" => self.sweep(host),
            "invalidate" => self.invalidate(host, event),
            "export" => self.export(host),
            "import" => self.import(event),
            "identity" => self.identity(host, event),
            "node" => host.log(&format!("node {} {}", event.number("node"), event.text("what"))),
            "clock_step" => host.log(&format!("the clock stepped by {} ms", event.number("step_ms"))),
            "answer_progress" => host.fuzz_state(1, event.number("taken_bytes") as u32 >> 12),
            _ => {}
        }
    }
}

fn main() {
    strayframe::run::<Thorough>()
}
