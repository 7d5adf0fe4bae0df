package netconf

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/internal/sshdial"
)

var errStray = errors.New("the device answers what nobody asked")

// client is a NETCONF session with one request under way at a time: its caller
// holds the turn. The connection is broken by whoever sees that it must be.
type client struct {
	conn   *sshdial.Conn
	framer *framer
	caps   capabilities

	last    int
	replies chan *element
	given   map[string]bool // ids of requests that were sent again and may still be answered
	news    chan struct{}   // a notification came
	work    sync.WaitGroup
}

// connect exchanges hellos. The connection's end is what ends it early.
func connect(conn *sshdial.Conn) (*client, error) {
	stream, err := conn.Subsystem("netconf")
	if err != nil {
		return nil, fmt.Errorf("subsystem netconf: %w", err)
	}
	c := &client{conn: conn, framer: newFramer(stream, stream), replies: make(chan *element, maxResent+1), given: map[string]bool{}, news: make(chan struct{}, 1)}
	hello := base("hello", base("capabilities", baseText("capability", capBase+"1.0"), baseText("capability", capBase+"1.1")))
	if err := c.framer.write([]byte(hello.String())); err != nil {
		return nil, err
	}
	message, err := c.framer.read()
	if err != nil {
		return nil, err
	}
	root, err := parse(message)
	if err != nil {
		return nil, err
	}
	if c.caps, err = capabilitiesOf(root); err != nil {
		return nil, err
	}
	if !c.caps.has(capBase, "") {
		return nil, fmt.Errorf("%w: a hello without base", errXML)
	}
	c.framer.chunked = c.caps.has(capBase, "1.1")
	c.work.Go(c.receive)
	return c, nil
}

// receive hands out what comes until the connection ends.
func (c *client) receive() {
	for {
		message, err := c.framer.read()
		if err != nil {
			c.conn.Break(err)
			return
		}
		root, err := parse(message)
		if err != nil {
			c.conn.Break(err)
			return
		}
		switch root.name {
		case "rpc-reply":
			select {
			case c.replies <- root:
			default:
				c.conn.Break(errStray)
				return
			}
		case "notification":
			select {
			case c.news <- struct{}{}:
			default: // one is waiting already
			}
		default:
			c.conn.Break(fmt.Errorf("%w: <%s>", errXML, root.name))
			return
		}
	}
}

// call sends a request and waits for its reply. A "no" is a *rpcError.
func (c *client) call(request *element) (*element, error) {
	id, err := c.send(request)
	if err != nil {
		return nil, err
	}
	return c.reply(map[string]bool{id: true}, nil)
}

// maxResent is how often the first request is sent again; a slow device must not
// be given a row of them to work off.
const maxResent = 3

// first is the first request of a session, which must change nothing. Some
// devices lose what comes right behind their peer's hello, so it is sent again
// when no answer comes, after twice as long each time.
func (c *client) first(request *element, patience time.Duration) (*element, error) {
	ids := map[string]bool{}
	for n := 0; ; n++ {
		id, err := c.send(request)
		if err != nil {
			return nil, err
		}
		ids[id] = true
		again := time.NewTimer(patience << n)
		late := again.C
		if n == maxResent {
			late = nil
		}
		reply, err := c.reply(ids, late)
		again.Stop()
		if !errors.Is(err, errNoAnswer) {
			c.given = ids
			return reply, err
		}
	}
}

var errNoAnswer = errors.New("no answer yet")

func (c *client) send(request *element) (string, error) {
	c.last++
	id := strconv.Itoa(c.last)
	var b strings.Builder
	b.WriteString(`<rpc message-id="` + id + `" xmlns="` + baseNS + `">`)
	request.write(&b, baseNS, "")
	b.WriteString("</rpc>")
	return id, c.framer.write([]byte(b.String()))
}

// reply waits for the reply to one of some requests.
func (c *client) reply(ids map[string]bool, late <-chan time.Time) (*element, error) {
	for {
		select {
		case root := <-c.replies:
			id := root.attribute("message-id")
			switch {
			case ids[id]:
				delete(ids, id)
				if no := refusalIn(root); no != nil {
					return nil, no
				}
				return root, nil
			case c.given[id]:
				delete(c.given, id)
				continue
			}
			c.conn.Break(errStray)
			return nil, errStray
		case <-late:
			return nil, errNoAnswer
		case <-c.conn.Gone():
			return nil, c.conn.Cause()
		}
	}
}

// close waits for the reader; the connection has been broken.
func (c *client) close() { c.work.Wait() }
