package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose word about their own clients is believed.
type proxies []netip.Prefix

// client returns the address that a request comes from: the connection's, or what trusted proxies say, from the right. Each of
// them has appended whom it saw, so the first who is not trusted is the client; what stands left of it is that client's own
// claim. A malformed entry ends the walk at the proxy that has passed it on. Invalid for a connection without an address.
func (p proxies) client(r *http.Request) netip.Addr {
	addr, ok := parseHop(r.RemoteAddr)
	if !ok || !p.trust(addr) {
		return addr
	}
	lines := r.Header.Values("X-Forwarded-For")
	for i := len(lines) - 1; i >= 0; i-- {
		rest, more := lines[i], true
		for more {
			var entry string
			rest, entry, more = cutLast(rest)
			if strings.Trim(entry, " \t") == "" {
				continue // lists may have empty entries
			}
			hop, ok := parseHop(entry)
			if !ok {
				return addr
			}
			if addr = hop; !p.trust(addr) {
				return addr
			}
		}
	}
	return addr
}

// cutLast cuts the last entry off a list.
func cutLast(list string) (rest, entry string, more bool) {
	comma := strings.LastIndexByte(list, ',')
	if comma < 0 {
		return "", list, false
	}
	return list[:comma], list[comma+1:], true
}

// secure tells whether the client reached a trusted proxy, which has passed the request on, by HTTPS.
func (p proxies) secure(r *http.Request) bool {
	lines := r.Header.Values("X-Forwarded-Proto")
	if len(lines) == 0 {
		return false
	}
	if addr, ok := parseHop(r.RemoteAddr); !ok || !p.trust(addr) {
		return false
	}
	_, scheme, _ := cutLast(lines[len(lines)-1])
	return strings.EqualFold(strings.Trim(scheme, " \t"), "https")
}

func (p proxies) trust(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// parseHop reads an address as it stands in headers and on connections: with or without a port, brackets or a zone, IPv4 also
// as IPv6.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.Trim(text, " \t")
	addr, err := netip.ParseAddr(text)
	if inner, ok := strings.CutPrefix(text, "["); err != nil && ok && strings.HasSuffix(inner, "]") {
		addr, err = netip.ParseAddr(strings.TrimSuffix(inner, "]"))
	}
	if err != nil {
		var withPort netip.AddrPort
		if withPort, err = netip.ParseAddrPort(text); err != nil {
			return netip.Addr{}, false
		}
		addr = withPort.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// household names what counts as one client: an IPv4 address, or the 2^64 of IPv6 that a customer is given at least. Addresses
// that are none are one client together.
func household(addr netip.Addr) string {
	if !addr.Is6() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}
