package fetch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/tradewire/tradewire/internal/weburl"
)

// hostileHosts are spellings of addresses no stranger may send us to.
func hostileHosts() []string {
	return strings.Fields(`
		127.0.0.1 127.1 127.0.1 127.255.255.254 0 0.0.0.0 0.0.0.1 0x7f000001 0x7F.0.0.1 0x7f.1 0177.0.0.1
		0177.0.0.01 017700000001 2130706433 127.0.0.1. 127。0。0。1 １２７.0.0.1 %31%32%37.0.0.1
		10.0.0.1 10.1 0xa000001 167772161 172.16.0.1 172.31.255.255 192.168.0.1 192.168.1 0300.0250.0.1 3232235521
		100.64.0.1 169.254.169.254 169.254.43518 0xa9fea9fe 2852039166 0251.0376.0251.0376 192.0.0.192 192.0.2.1
		192.88.99.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
		[::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1]
		[::ffff:169.254.169.254] [0:0:0:0:0:ffff:a9fe:a9fe] [::127.0.0.1] [::a00:1] [64:ff9b::7f00:1]
		[64:ff9b::169.254.169.254] [64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a00:1::1] [2002:a9fe:a9fe::1]
		[2001:0:7f00:1::] [2001::1] [2001:db8::1] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1]
		[100::1] [3fff::1] [5f00::1] localhost`)
}

// dialled notes every connection that the guard lets through.
type dialled struct {
	mu sync.Mutex
	to []string
}

func (d *dialled) note(address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = append(d.to, address)
}

func TestHostileAddresses(t *testing.T) {
	var accepted atomic.Int32
	srv := serve(t, func(http.ResponseWriter, *http.Request) {})
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			accepted.Add(1)
		}
	}
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	var through dialled
	cfg := quick()
	cfg.AllowLoopback, cfg.Retries, cfg.Timeout, cfg.dialled = false, -1, time.Second, through.note
	if n := len(hostileHosts()); n < 60 {
		t.Fatalf("%d spellings, want 60", n)
	}
	c := client(t, cfg)
	for _, name := range hostileHosts() {
		for _, suffix := range []string{"/", port + "/"} {
			_, err := c.Get(t.Context(), Request{URL: "http://" + name + suffix})
			wantClass(t, err, Blocked)
			_, err = c.Get(t.Context(), Request{URL: "https://" + name + suffix})
			wantClass(t, err, Blocked)
		}
	}
	if accepted.Load() != 0 || len(through.to) != 0 {
		t.Errorf("%d connections reached the loopback server, the guard let through %v", accepted.Load(), through.to)
	}
}

// A redirect leads nowhere that the address itself would not.
func TestHostileRedirects(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://"+r.URL.Query().Get("to")+"/")
		w.WriteHeader(http.StatusFound)
	})
	own := strings.TrimPrefix(srv.URL, "http://")
	var through dialled
	cfg := quick()
	cfg.Retries, cfg.Timeout, cfg.dialled = -1, time.Second, through.note
	c := client(t, cfg)
	tried := 0
	for _, name := range hostileHosts() {
		if addr, err := netip.ParseAddr(strings.Trim(plainHost(t, name), "[]")); err != nil || addr.Unmap().IsLoopback() {
			continue // this test may go to loopback
		}
		tried++
		_, err := c.Get(t.Context(), Request{URL: srv.URL + "/?to=" + url.QueryEscape(name)})
		if e := wantClass(t, err, Blocked); e.Hops != 1 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if tried < 50 {
		t.Errorf("only %d redirects tried", tried)
	}
	for _, to := range through.to {
		if to != own {
			t.Errorf("the guard let a connection to %s through", to)
		}
	}
}

// plainHost is the host as it is after parsing.
func plainHost(t *testing.T, name string) string {
	t.Helper()
	host := weburl.Host("http://" + name)
	if host == "" {
		t.Fatalf("%s is no host", name)
	}
	return host
}

// A name that is harmless on the first hop and means something private on
// the next.
func TestRebindingOnARedirect(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://again.example:"+r.Host[strings.LastIndex(r.Host, ":")+1:]+"/", http.StatusFound)
	})
	own := netip.MustParseAddrPort(strings.TrimPrefix(srv.URL, "http://"))
	var asked atomic.Int32
	resolver := fakeDNS(t, func() netip.Addr {
		if asked.Add(1) == 1 {
			return own.Addr()
		}
		return netip.MustParseAddr("10.0.0.7")
	})
	var through dialled
	cfg := quick()
	cfg.dialled = through.note
	c, err := newClient(cfg, nil, nil, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Get(t.Context(), Request{URL: fmt.Sprintf("http://first.example:%d/", own.Port())})
	if e := wantClass(t, err, Blocked); e.Hops != 1 {
		t.Errorf("%+v", e)
	}
	if len(through.to) != 1 || through.to[0] != own.String() {
		t.Errorf("the guard let through %v", through.to)
	}
	if c.transport.Proxy != nil {
		t.Error("a proxy would dial for us, unguarded")
	}
}

// TestLoopbackOnly proves that AllowLoopback opens loopback and nothing else.
func TestLoopbackOnly(t *testing.T) {
	check := guard(true)
	for address, allowed := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:9": true, "[::ffff:127.0.0.1]:80": true, "93.184.216.34:443": true,
		"93.184.216.34:8080": false, "10.0.0.1:80": false, "169.254.169.254:80": false,
		"[64:ff9b::7f00:1]:80": false, "0.0.0.0:80": false, "[2606:4700::1]:443": true, "[2606:4700::1]:22": false,
	} {
		network := "tcp4"
		if netip.MustParseAddrPort(address).Addr().Is6() {
			network = "tcp6"
		}
		if err := check(network, address, nil); (err == nil) != allowed {
			t.Errorf("%s: %v, want allowed = %v", address, err, allowed)
		}
	}
}

func TestRebinding(t *testing.T) {
	var reached, asked atomic.Int32
	srv := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	host := netip.MustParseAddrPort(strings.TrimPrefix(srv.URL, "http://"))
	// The name means something private on every question, each time another.
	resolver := fakeDNS(t, func() netip.Addr {
		private := []string{"127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.1.1"}
		return netip.MustParseAddr(private[int(asked.Add(1)-1)%len(private)])
	})
	var through dialled
	cfg := quick()
	cfg.AllowLoopback, cfg.Robots, cfg.dialled = false, true, through.note
	c, err := newClient(cfg, nil, nil, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 6 {
		for _, port := range []string{"", fmt.Sprintf(":%d", host.Port())} {
			_, err := c.Get(t.Context(), Request{URL: "http://rebind.example" + port + "/"})
			wantClass(t, err, Blocked)
		}
	}
	if asked.Load() == 0 || reached.Load() != 0 || len(through.to) != 0 {
		t.Errorf("%d questions, %d requests reached, the guard let through %v", asked.Load(), reached.Load(), through.to)
	}
}

func TestUnknownName(t *testing.T) {
	resolver := fakeDNS(t, func() netip.Addr { return netip.Addr{} })
	c, err := newClient(quick(), nil, nil, resolver)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Get(t.Context(), Request{URL: "http://nowhere.example/"})
	if e := wantClass(t, err, DNS); e.Temporary {
		t.Errorf("%+v: a name that does not exist is not temporary", e)
	}
}

// fakeDNS is a resolver that gets its A records from answer; the zero
// address means that the name does not exist.
func fakeDNS(t *testing.T, answer func() netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(dnsReply(buf[:n], answer), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func dnsReply(query []byte, answer func() netip.Addr) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) == 0 {
		return nil
	}
	m.Header.Response, m.Header.Authoritative, m.Additionals = true, true, nil
	q := m.Questions[0]
	addr := netip.Addr{}
	if q.Type == dnsmessage.TypeA {
		addr = answer()
	}
	switch {
	case addr.IsValid():
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: addr.As4()},
		}}
	case q.Type == dnsmessage.TypeA:
		m.Header.RCode = dnsmessage.RCodeNameError
	}
	out, _ := m.Pack()
	return out
}
