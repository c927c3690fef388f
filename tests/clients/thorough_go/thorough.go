// tests/plugins/thorough.c in Go: the same calls in the same order.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"strayframe"
)

const (
	secondNs  = 1000 * 1000 * 1000
	sweepNs   = 5 * secondNs
	staleNs   = 10 * secondNs
	headBytes = 8 + 8 + 4 + 8 + 4
)

type key struct{ tenant, camera string }

func (k key) String() string { return k.tenant + " " + k.camera }

type still struct {
	key      key
	session  string
	bytes    []byte
	capture  uint32
	storedNs int64
	fetching bool
}

func stillOf(e *strayframe.Event) *still {
	return &still{key: key{e.Tenant, e.Camera}, session: e.SessionRenewal, bytes: make([]byte, e.TotalBytes), capture: e.Capture}
}

type thorough struct {
	host      *strayframe.Host
	freshNs   int64
	stored    map[key]*still
	uploads   map[string]*still
	requests  map[string]*still
	putsCount int
}

func (c *thorough) readOptions(options string) error {
	if options == "" {
		return nil
	}
	value, err := strconv.ParseInt(strings.TrimPrefix(options, "fresh_ms="), 10, 64)
	if err != nil || !strings.HasPrefix(options, "fresh_ms=") {
		return errors.New("it knows fresh_ms")
	}
	c.freshNs = value * 1000000
	return nil
}

func (c *thorough) OnReconfigure(e *strayframe.Event) error { return c.readOptions(e.Options) }

func (c *thorough) get(k key) *still {
	s := c.stored[k]
	if s == nil || c.host.Now-s.storedNs > c.freshNs {
		return nil
	}
	return s
}

func (c *thorough) putKey(k key, bytes []byte, ttlNs int64) {
	c.putsCount++
	c.host.StorePut("store", fmt.Sprint("put ", c.putsCount), k.String(), bytes, ttlNs)
}

func (c *thorough) put(s *still) {
	if there := c.get(s.key); there != nil && there.capture > s.capture {
		return
	}
	s.storedNs = c.host.Now
	c.stored[s.key] = s
	c.host.FuzzState(0, len(c.stored))
	c.putKey(s.key, s.bytes, c.freshNs)
}

func (c *thorough) deliver(request string, bytes []byte, ageNs int64) {
	half := len(bytes) / 2
	c.host.AnswerProperties(request, strayframe.Properties{Stale: ageNs > staleNs, Session: c.requests[request].session})
	c.host.AnswerBegin(request, len(bytes))
	c.host.AnswerPart(request, bytes[:half])
	c.host.AnswerPart(request, bytes[half:])
	c.host.AnswerEnd(request)
	delete(c.requests, request)
}

func (c *thorough) refuse(request string) {
	c.host.Answer(request, "unavailable", nil)
	delete(c.requests, request)
}

func (c *thorough) OnUpload(e *strayframe.Event) {
	if e.Kind == "whole" {
		c.uploads[e.Upload] = stillOf(e)
	}
}

func (c *thorough) OnUploadFragment(e *strayframe.Event) {
	if s := c.uploads[e.Upload]; s != nil {
		copy(s.bytes[e.Offset:], e.Data)
	}
}

func (c *thorough) OnUploadEnded(e *strayframe.Event) {
	if s := c.uploads[e.Upload]; s != nil && e.End == "complete" {
		c.put(s)
	}
	delete(c.uploads, e.Upload)
}

func (c *thorough) lookUp(request string) {
	k := c.requests[request].key
	if s := c.get(k); s != nil {
		c.deliver(request, s.bytes, c.host.Now-s.storedNs)
	} else {
		c.host.StoreGet("store", request, k.String())
	}
}

func (c *thorough) OnRequest(e *strayframe.Event) {
	c.requests[e.Request] = stillOf(e)
	if e.Token != "" {
		c.host.Identity(e.Request, e.Token)
	} else {
		c.lookUp(e.Request)
	}
}

func (c *thorough) OnIdentity(e *strayframe.Event) {
	if c.requests[e.Op] == nil {
		return
	}
	if e.Status == "known" {
		c.lookUp(e.Op)
	} else {
		c.refuse(e.Op)
	}
}

func (c *thorough) OnStoreReply(e *strayframe.Event) {
	wanted := c.requests[e.Op]
	if wanted == nil {
		return
	}
	if e.Status == "found" {
		c.deliver(e.Op, e.Data, 0)
	} else {
		wanted.fetching = true
		c.host.Fetch(e.Op, wanted.key.camera)
	}
}

func (c *thorough) OnRequestCancelled(e *strayframe.Event) {
	if wanted := c.requests[e.Request]; wanted != nil && wanted.fetching {
		c.host.FetchCancel(e.Request)
	}
	delete(c.requests, e.Request)
}

func (c *thorough) OnFetchPart(e *strayframe.Event) {
	if wanted := c.requests[e.Fetch]; wanted != nil {
		if len(wanted.bytes) == 0 {
			wanted.bytes = make([]byte, e.TotalBytes)
		}
		wanted.capture = e.Capture
		copy(wanted.bytes[e.Offset:], e.Data)
	}
}

func (c *thorough) OnFetchEnded(e *strayframe.Event) {
	wanted := c.requests[e.Fetch]
	if wanted == nil {
		return
	}
	if e.End == "complete" {
		c.put(wanted)
		c.deliver(e.Fetch, wanted.bytes, 0)
	} else {
		c.refuse(e.Fetch)
	}
}

func (c *thorough) OnTimer(e *strayframe.Event) {
	before := len(c.stored)
	for k, s := range c.stored {
		if c.host.Now-s.storedNs > c.freshNs {
			delete(c.stored, k)
		}
	}
	c.host.Log(fmt.Sprint("swept ", before-len(c.stored)))
	c.host.TimerSet("sweep", sweepNs)
}

func (c *thorough) keys() []key {
	keys := []key{}
	for k := range c.stored {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	return keys
}

func (c *thorough) OnInvalidate(e *strayframe.Event) {
	for _, k := range c.keys() {
		if k.tenant == e.Tenant && (e.Camera == "" || k.camera == e.Camera) {
			c.putKey(k, nil, 0)
			delete(c.stored, k)
		}
	}
}

func number(id string) uint64 {
	value, _ := strconv.ParseUint(id, 16, 64)
	return value
}

func (c *thorough) OnExport(e *strayframe.Event) {
	order := binary.LittleEndian
	for _, k := range c.keys() {
		s := c.stored[k]
		head := order.AppendUint64(order.AppendUint64(nil, number(k.tenant)), number(k.camera))
		head = order.AppendUint64(order.AppendUint32(head, s.capture), uint64(s.storedNs))
		c.host.State(append(order.AppendUint32(head, uint32(len(s.bytes))), s.bytes...))
	}
}

func (c *thorough) OnImport(e *strayframe.Event) {
	order := binary.LittleEndian
	for data := e.Data; e.FromName == "thorough" && len(data) >= headBytes; {
		end := headBytes + int(order.Uint32(data[28:]))
		k := key{fmt.Sprintf("%016x", order.Uint64(data)), fmt.Sprintf("%016x", order.Uint64(data[8:]))}
		c.stored[k] = &still{key: k, bytes: data[headBytes:end], capture: order.Uint32(data[16:]),
			storedNs: int64(order.Uint64(data[20:]))}
		data = data[end:]
	}
}

func (c *thorough) OnConnectionClosed(e *strayframe.Event) { c.host.Log("a connection closed") }

func (c *thorough) OnNode(e *strayframe.Event) { c.host.Log(fmt.Sprintf("node %d %s", e.Node, e.What)) }

func (c *thorough) OnClockStep(e *strayframe.Event) {
	c.host.Log(fmt.Sprintf("the clock stepped by %d ms", e.StepMs))
}

func (c *thorough) OnAnswerProgress(e *strayframe.Event) { c.host.FuzzState(1, e.TakenBytes>>12) }

func create(host *strayframe.Host, e *strayframe.Event) (*thorough, error) {
	c := &thorough{host: host, freshNs: 15 * secondNs, stored: map[key]*still{}, uploads: map[string]*still{},
		requests: map[string]*still{}}
	if err := c.readOptions(e.Options); err != nil {
		return nil, err
	}
	host.StoreOpen("store")
	host.TimerSet("sweep", sweepNs)
	return c, nil
}

func main() {
	strayframe.Run(strayframe.Program[thorough]{Name: "thorough", Version: "1", Create: create})
}
