// A complete frame cache for strayframe in Go, to start from: the same as get_put.c. It puts every still that arrives
// whole under its tenant and camera, gets it from there while it is fresh, and asks the camera when it is not.
//
//	(cd docs/examples/get_put_go && go build -o ../../../build/get_put_go)
//	build/release/strayframe gate --candidate exec:build/get_put_go
package main

import (
	"errors"

	"strayframe"
)

const freshNs = 15 * 1000 * 1000 * 1000

type key struct{ tenant, camera string }

// A still: in the cache, or on its way into it.
type still struct {
	key      key
	bytes    []byte
	capture  uint32 // the camera's count of stills
	storedNs int64
}

func keyOf(e *strayframe.Event) key { return key{e.Tenant, e.Camera} }

func newStill(e *strayframe.Event) *still {
	return &still{key: keyOf(e), bytes: make([]byte, e.TotalBytes), capture: e.Capture}
}

type getPut struct {
	host    *strayframe.Host
	stored  map[key]*still
	uploads map[string]*still
	fetches map[string]*still // by request, which also names the fetch
}

func (c *getPut) get(k key) *still {
	s := c.stored[k]
	if s == nil || c.host.Now-s.storedNs > freshNs {
		return nil
	}
	return s
}

// put: a still that arrives late must not replace a newer one.
func (c *getPut) put(s *still) {
	if there := c.get(s.key); there != nil && there.capture > s.capture {
		return
	}
	s.storedNs = c.host.Now
	c.stored[s.key] = s
}

func (c *getPut) answer(request string, s *still) {
	if s != nil {
		c.host.Answer(request, "ok", s.bytes)
	} else {
		c.host.Answer(request, "unavailable", nil)
	}
}

func (c *getPut) OnUpload(e *strayframe.Event) {
	if e.Kind == "whole" {
		c.uploads[e.Upload] = newStill(e)
	}
}

func (c *getPut) OnUploadFragment(e *strayframe.Event) {
	if s := c.uploads[e.Upload]; s != nil { // otherwise its upload has ended, and this packet was late
		copy(s.bytes[e.Offset:], e.Data)
	}
}

func (c *getPut) OnUploadEnded(e *strayframe.Event) {
	if s := c.uploads[e.Upload]; s != nil && e.End == "complete" {
		c.put(s)
	}
	delete(c.uploads, e.Upload)
}

func (c *getPut) OnRequest(e *strayframe.Event) {
	k := keyOf(e)
	if s := c.get(k); s != nil {
		c.answer(e.Request, s)
		return
	}
	c.fetches[e.Request] = &still{key: k}
	c.host.Fetch(e.Request, e.Camera)
}

func (c *getPut) OnRequestCancelled(e *strayframe.Event) {
	if c.fetches[e.Request] != nil {
		c.host.FetchCancel(e.Request)
		delete(c.fetches, e.Request)
	}
}

func (c *getPut) OnFetchPart(e *strayframe.Event) {
	if wanted := c.fetches[e.Fetch]; wanted != nil {
		if wanted.bytes == nil {
			wanted.bytes = make([]byte, e.TotalBytes)
		}
		wanted.capture = e.Capture
		copy(wanted.bytes[e.Offset:], e.Data)
	}
}

func (c *getPut) OnFetchEnded(e *strayframe.Event) {
	wanted := c.fetches[e.Fetch]
	delete(c.fetches, e.Fetch)
	if wanted == nil {
		return
	}
	if e.End != "complete" {
		c.answer(e.Fetch, nil)
		return
	}
	c.put(wanted)
	c.answer(e.Fetch, c.get(wanted.key))
}

// What is on its way goes on, and ends under the tenant that it was begun for: a request that names
// another tenant, such as the camera's next owner, does not find it.
func (c *getPut) OnInvalidate(e *strayframe.Event) {
	for k := range c.stored { // in any order: what is deleted does not depend on it
		if k.tenant == e.Tenant && (e.Camera == "" || k.camera == e.Camera) {
			delete(c.stored, k)
		}
	}
}

func create(host *strayframe.Host, e *strayframe.Event) (*getPut, error) {
	if e.Options != "" {
		return nil, errors.New("it has no options")
	}
	return &getPut{host, map[key]*still{}, map[string]*still{}, map[string]*still{}}, nil
}

func main() {
	strayframe.Run(strayframe.Program[getPut]{
		Name:    "get-put",
		Version: "1",
		Summary: "whole stills under tenant and camera, while they are fresh",
		Create:  create,
	})
}
