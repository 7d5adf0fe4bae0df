package netconf

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/drivers"
)

// rpcError is a device's "no" (RFC 6241, section 4.3).
type rpcError struct {
	tag, message, path string
	info               string // what else it says: who holds the lock, which element
	// content: it is about what was to be configured, and not about reading or
	// locking.
	content bool
}

// Error is what the device says, its path last.
func (e *rpcError) Error() string {
	text := e.tag
	if e.message != "" {
		text = e.message + " (" + e.tag + ")"
	}
	if e.info != "" {
		text += ", " + e.info
	}
	if e.path != "" {
		text += " at " + e.path
	}
	return text
}

// kind is what a caller acts on. A lock that somebody has, or a commit of
// somebody that hangs, goes by itself.
func (e *rpcError) kind() drivers.Kind {
	switch e.tag {
	case "lock-denied", "in-use", "resource-denied":
		return drivers.KindConflict
	case "access-denied":
		return drivers.KindDenied
	case "operation-not-supported":
		return drivers.KindUnsupported
	}
	if !e.content {
		return drivers.KindConflict // another time it may do
	}
	return drivers.KindRejected
}

// aboutContent marks a "no" as being about what was to be configured.
func aboutContent(err error) error {
	var no *rpcError
	if errors.As(err, &no) {
		no.content = true
	}
	return err
}

// refusalIn returns the first error in a reply; nil for none. Warnings are none.
func refusalIn(reply *element) *rpcError {
	for _, k := range reply.kids {
		if k.name != "rpc-error" || k.textOf("error-severity") == "warning" {
			continue
		}
		e := &rpcError{tag: k.textOf("error-tag"), message: strings.Join(strings.Fields(k.textOf("error-message")), " "), path: plainPath(k.textOf("error-path"))}
		if info := k.child("error-info"); info != nil {
			var said []string
			for _, i := range info.kids {
				if i.text != "" {
					said = append(said, i.name+" "+i.text)
				}
			}
			e.info = strings.Join(said, ", ")
		}
		if e.tag == "" {
			e.tag = "rpc-error"
		}
		return e
	}
	return nil
}

// plainPath writes an XPath as gNMI writes paths: without prefixes and quotes, so
// that both protocols name a place alike.
func plainPath(xpath string) string {
	var b strings.Builder
	word := ""
	quote := byte(0)
	for i := 0; i < len(xpath); i++ {
		switch c := xpath[i]; {
		case quote != 0 && c == quote:
			quote = 0
			b.WriteString(word)
			word = ""
		case quote != 0:
			word += string(c)
		case c == '\'' || c == '"':
			quote = c
		case c == ':':
			word = ""
		case strings.IndexByte("/[]=", c) >= 0:
			b.WriteString(word)
			b.WriteByte(c)
			word = ""
		case c != ' ':
			word += string(c)
		}
	}
	return b.String() + word
}

// The capabilities that matter, without their version.
const (
	capBase            = "urn:ietf:params:netconf:base:"
	capCandidate       = "urn:ietf:params:netconf:capability:candidate:"
	capConfirmedCommit = "urn:ietf:params:netconf:capability:confirmed-commit:"
	capWritableRunning = "urn:ietf:params:netconf:capability:writable-running:"
	capRollbackOnError = "urn:ietf:params:netconf:capability:rollback-on-error:"
	capWithDefaults    = "urn:ietf:params:netconf:capability:with-defaults:"
	capNotification    = "urn:ietf:params:netconf:capability:notification:"
)

// capabilities are what a device said in its hello.
type capabilities struct {
	session string
	uris    []string
	// everything: the device tells defaults too when it is asked to (RFC 6243).
	everything bool
	models     map[string]bool // empty: the device does not tell
}

// capabilitiesOf reads a hello.
func capabilitiesOf(hello *element) (capabilities, error) {
	c := capabilities{session: hello.textOf("session-id"), models: map[string]bool{}}
	list := hello.child("capabilities")
	if hello.name != "hello" || list == nil {
		return c, fmt.Errorf("%w: <%s> instead of a hello", errXML, hello.name)
	}
	for _, k := range list.kids {
		uri, query, _ := strings.Cut(k.text, "?")
		c.uris = append(c.uris, uri)
		c.everything = c.everything || strings.HasPrefix(uri, capWithDefaults) && strings.Contains(query, "report-all")
		for pair := range strings.SplitSeq(query, "&") {
			if module, ok := strings.CutPrefix(pair, "module="); ok {
				c.models[module] = true
			}
		}
	}
	return c, nil
}

// has reports a capability of that version or, with none, of any.
func (c *capabilities) has(name, version string) bool {
	return slices.ContainsFunc(c.uris, func(uri string) bool {
		got, ok := strings.CutPrefix(uri, name)
		return ok && (version == "" || got == version)
	})
}
