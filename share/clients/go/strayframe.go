// Package strayframe: a cache for strayframe in Go; one type, one method for each event. This file is the whole library;
// it needs the standard library only.
//
//	type MyCache struct{ host *strayframe.Host }
//
//	func (c *MyCache) OnRequest(e *strayframe.Event) {
//		c.host.Answer(e.Request, "unavailable", nil)
//	}
//
//	func main() {
//		strayframe.Run(strayframe.Program[MyCache]{
//			Name: "my-cache", Version: "1",
//			Create: func(host *strayframe.Host, e *strayframe.Event) (*MyCache, error) {
//				return &MyCache{host}, nil
//			},
//		})
//	}
//
//	strayframe gate --candidate exec:./my_cache
//
// The events that a cache receives are those that it has methods for: OnUpload, OnUploadFragment and so on, of the form
// func(*Event); OnReconfigure is func(*Event) error. docs/exec.md names the fields of each event. Take time and chance
// from the host only (Host.Now, Host.Random), start no goroutine, and do not depend on the order of a map, or no run
// can be repeated. os.Stdout is standard error, because the protocol uses standard output.
package strayframe

import (
	"bufio"
	"encoding/json"
	"io"
	"math/rand"
	"os"
	"reflect"
	"strconv"
	"strings"
)

const (
	protocol = 1
	bytesMax = 4 << 20
)

// Event is what the host says. Identities are strings of 16 hexadecimal digits; "" means none.
type Event struct {
	Name  string `json:"event"`
	Reply *bool  `json:"reply"`
	Now   int64  `json:"now"`
	Bytes int    `json:"bytes"`
	Data  []byte `json:"-"` // the raw bytes that belong to the event

	// hello, create, reconfigure
	Node          int    `json:"node"`
	Nodes         int    `json:"nodes"`
	StillBytesMax int    `json:"still_bytes_max"`
	CapacityBytes int64  `json:"capacity_bytes"`
	FreshWithin   int64  `json:"fresh_within"`
	Seed          string `json:"seed"`
	Options       string `json:"options"`

	// uploads, fetches
	Upload         string `json:"upload"`
	Fetch          string `json:"fetch"`
	Camera         string `json:"camera"`
	Tenant         string `json:"tenant"`
	Model          string `json:"model"`
	Serial         string `json:"serial"`
	CameraSlot     int    `json:"camera_slot"`
	TotalBytes     int    `json:"total_bytes"`
	Offset         int    `json:"offset"`
	Capture        uint32 `json:"capture"`
	CapturedUnixMs int64  `json:"captured_unix_ms"`
	Validator      string `json:"validator"`
	Vary           string `json:"vary"`
	Private        bool   `json:"private"`
	Kind           string `json:"kind"`
	BaseCapture    uint32 `json:"base_capture"`
	FirstRow       int    `json:"first_row"`
	RowsCount      int    `json:"rows_count"`
	End            string `json:"end"`
	ReceivedBytes  int    `json:"received_bytes"`

	// requests
	Request        string `json:"request"`
	Path           string `json:"path"`
	Viewer         string `json:"viewer"`
	Integration    string `json:"integration"`
	Deadline       int64  `json:"deadline"`
	Token          string `json:"token"`
	SessionRenewal string `json:"session_renewal"`
	StillName      string `json:"name"` // the viewer's name for the still
	RangeOffset    int    `json:"range_offset"`
	TakenBytes     int    `json:"taken_bytes"`

	// the rest
	Connection  string `json:"connection"` // of the viewer; store_reply: of the store
	Op          string `json:"op"`
	Status      string `json:"status"`
	Timer       string `json:"timer"`
	Scope       string `json:"scope"`
	FromName    string `json:"from_name"`
	FromVersion string `json:"from_version"`
	Last        bool   `json:"last"`
	What        string `json:"what"`
	StepMs      int64  `json:"step_ms"`
	WallMs      int64  `json:"wall_ms"`
}

// Properties of an answer; what is not set is left out.
type Properties struct {
	Stale      bool
	Incomplete bool
	Validator  string
	Session    string
}

// Host is what the cache calls. It chooses the names of fetches, timers, connections and operations (op); each is
// unique while it is in use.
type Host struct {
	Now    int64      // virtual time in ns since the run began
	WallMs int64      // the node's wall clock
	Random *rand.Rand // seeded by the host

	calls        []byte
	event        string
	silent       bool   // the event wants no reply: none was expected
	mispredicted string // the first such event that had calls all the same
}

// Answer answers a request whole; data is nil unless the status is "ok" or "partial".
func (h *Host) Answer(request, status string, data []byte) {
	h.call("answer", data, "request", request, "status", status)
}

func (h *Host) AnswerBegin(request string, totalBytes int) {
	h.call("answer_begin", nil, "request", request, "total_bytes", int64(totalBytes))
}

func (h *Host) AnswerPart(request string, data []byte) {
	h.call("answer_part", data, "request", request)
}

func (h *Host) AnswerEnd(request string) { h.call("answer_end", nil, "request", request) }

func (h *Host) AnswerAbort(request string) { h.call("answer_abort", nil, "request", request) }

func (h *Host) AnswerProperties(request string, p Properties) {
	fields := []any{"request", request}
	if p.Stale {
		fields = append(fields, "stale", true)
	}
	if p.Incomplete {
		fields = append(fields, "incomplete", true)
	}
	if p.Validator != "" {
		fields = append(fields, "validator", p.Validator)
	}
	if p.Session != "" {
		fields = append(fields, "session", p.Session)
	}
	h.call("answer_properties", nil, fields...)
}

// Fetch asks a camera for its still.
func (h *Host) Fetch(fetch, camera string) {
	h.call("fetch", nil, "fetch", fetch, "camera", camera)
}

func (h *Host) FetchIfChanged(fetch, camera, validator string) {
	h.call("fetch", nil, "fetch", fetch, "camera", camera, "validator", validator)
}

func (h *Host) FetchCancel(fetch string) { h.call("fetch_cancel", nil, "fetch", fetch) }

func (h *Host) TimerSet(timer string, delayNs int64) {
	h.call("timer_set", nil, "timer", timer, "delay_ns", delayNs)
}

func (h *Host) TimerCancel(timer string) { h.call("timer_cancel", nil, "timer", timer) }

func (h *Host) StoreOpen(connection string) { h.call("store_open", nil, "connection", connection) }

func (h *Host) StoreClose(connection string) { h.call("store_close", nil, "connection", connection) }

func (h *Host) StoreGet(connection, op, key string) {
	h.call("store_get", nil, "connection", connection, "op", op, "key", key)
}

// StorePut: with ttlNs 0 the value stays until it is overwritten; without data it is deleted.
func (h *Host) StorePut(connection, op, key string, data []byte, ttlNs int64) {
	h.call("store_put", data, "connection", connection, "op", op, "key", key, "ttl_ns", ttlNs)
}

func (h *Host) Identity(op, token string) { h.call("identity", nil, "op", op, "token", token) }

func (h *Host) Log(text string) { h.call("log", nil, "text", text) }

func (h *Host) FuzzState(index, value int) {
	h.call("fuzz_state", nil, "index", int64(index), "value", int64(value))
}

// State, in OnExport: some bytes for the successor.
func (h *Host) State(data []byte) {
	for len(data) > 0 {
		count := len(data)
		if count > bytesMax {
			count = bytesMax
		}
		h.call("state", data[:count])
		data = data[count:]
	}
}

// call writes one message; fields are names and values in turn.
func (h *Host) call(call string, data []byte, fields ...any) {
	if h.silent {
		if h.mispredicted == "" {
			h.mispredicted = h.event
		}
		return
	}
	h.calls = append(append(append(h.calls, `{"call":"`...), call...), '"')
	for i := 0; i < len(fields); i += 2 {
		h.calls = append(append(append(h.calls, `,"`...), fields[i].(string)...), `":`...)
		switch value := fields[i+1].(type) {
		case string:
			h.calls = appendString(h.calls, value)
		case int64:
			h.calls = strconv.AppendInt(h.calls, value, 10)
		case bool:
			h.calls = strconv.AppendBool(h.calls, value)
		case []string:
			quoted, _ := json.Marshal(value)
			h.calls = append(h.calls, quoted...)
		}
	}
	if len(data) > 0 {
		h.calls = strconv.AppendInt(append(h.calls, `,"bytes":`...), int64(len(data)), 10)
	}
	h.calls = append(append(h.calls, "}\n"...), data...)
}

func appendString(to []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] < ' ' || text[i] > '~' || text[i] == '"' || text[i] == '\\' {
			quoted, _ := json.Marshal(text)
			return append(to, quoted...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

func (h *Host) done(output io.Writer) {
	if h.mispredicted != "" {
		h.calls = h.calls[:0]
		h.call("mispredicted", nil, "of", h.mispredicted)
		h.mispredicted = ""
	} else {
		h.call("done", nil)
	}
	if _, err := output.Write(h.calls); err != nil {
		os.Exit(0) // the host is gone
	}
	h.calls = h.calls[:0]
}

// Program is a cache and what it is called.
type Program[C any] struct {
	Name    string
	Version string
	Summary string // one line: what it does; "" for none
	Options string // for a person: "ttl_ms=5000 ..."; "" for none
	// Create returns an instance; an error refuses the options. The event is create.
	Create func(host *Host, e *Event) (*C, error)
}

var events = strings.Fields(`upload upload_fragment upload_ended request request_cancelled connection_closed fetch_part
	fetch_ended store_reply timer invalidate reconfigure export import identity node clock_step answer_progress`)

// methodOf: upload_fragment is OnUploadFragment.
func methodOf(event string) string {
	name := "On"
	for _, word := range strings.Split(event, "_") {
		name += strings.ToUpper(word[:1]) + word[1:]
	}
	return name
}

func (p *Program[C]) hello(h *Host) {
	known := []string{}
	for _, event := range events {
		if _, has := reflect.TypeOf((*C)(nil)).MethodByName(methodOf(event)); has {
			known = append(known, event)
		}
	}
	fields := []any{"protocol", int64(protocol), "name", p.Name, "version", p.Version, "events", known}
	if p.Summary != "" {
		fields = append(fields, "summary", p.Summary)
	}
	if p.Options != "" {
		fields = append(fields, "options", p.Options)
	}
	h.call("hello", nil, fields...)
}

// handlersOf finds an instance's methods.
func handlersOf(cache any) map[string]func(*Event) error {
	handlers := map[string]func(*Event) error{}
	for _, event := range events {
		method := reflect.ValueOf(cache).MethodByName(methodOf(event))
		if !method.IsValid() {
			continue
		}
		switch handler := method.Interface().(type) {
		case func(*Event):
			handlers[event] = func(e *Event) error { handler(e); return nil }
		case func(*Event) error:
			handlers[event] = handler
		default:
			panic(methodOf(event) + " is neither func(*Event) nor func(*Event) error")
		}
	}
	return handlers
}

func read(input *bufio.Reader) *Event {
	line, err := input.ReadSlice('\n')
	if err != nil {
		os.Exit(0) // the host needs us no more
	}
	e := new(Event)
	if err := json.Unmarshal(line, e); err != nil {
		panic("this is no message: " + string(line))
	}
	e.Data = make([]byte, e.Bytes)
	if _, err := io.ReadFull(input, e.Data); err != nil {
		os.Exit(0)
	}
	return e
}

// Run answers the host's events until it closes standard input.
func Run[C any](p Program[C]) {
	output := os.Stdout
	os.Stdout = os.Stderr
	input := bufio.NewReaderSize(os.Stdin, 1<<18)
	host := &Host{}
	handlers := map[string]func(*Event) error{}
	parts := []byte(nil) // of a state that is imported
	for {
		e := read(input)
		host.Now, host.WallMs = e.Now, e.WallMs
		host.event, host.silent = e.Name, e.Reply != nil && !*e.Reply
		var err error
		switch e.Name {
		case "hello":
			p.hello(host)
		case "create":
			seed, _ := strconv.ParseUint(e.Seed, 16, 64)
			host.Random = rand.New(rand.NewSource(int64(seed)))
			var cache *C
			if cache, err = p.Create(host, e); err == nil {
				handlers = handlersOf(cache)
			}
		case "destroy":
			handlers = nil
		case "import":
			if parts = append(parts, e.Data...); e.Last && handlers[e.Name] != nil {
				e.Data, parts = parts, nil
				err = handlers[e.Name](e)
			}
		default:
			if handler := handlers[e.Name]; handler != nil {
				err = handler(e)
			}
		}
		if err != nil {
			host.call("refuse", nil, "text", err.Error())
		}
		if !host.silent {
			host.done(output)
		}
	}
}
