// What istiod's generator sends the proxies of a scenario; see README.md.
package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	clusterpb "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corepb "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointpb "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerpb "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routepb "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	pp "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/proxy_protocol/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	xdsfake "istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
)

type M = map[string]any

func pj(m proto.Message) any {
	b, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return err.Error()
	}
	var v any
	json.Unmarshal(b, &v)
	return v
}

func sans(c *tls.CommonTlsContext) []string {
	var out []string
	var vc *tls.CertificateValidationContext
	switch v := c.GetValidationContextType().(type) {
	case *tls.CommonTlsContext_CombinedValidationContext:
		vc = v.CombinedValidationContext.GetDefaultValidationContext()
	case *tls.CommonTlsContext_ValidationContext:
		vc = v.ValidationContext
	}
	for _, m := range vc.GetMatchSubjectAltNames() {
		s := m
		switch {
		case s.GetExact() != "":
			out = append(out, s.GetExact())
		case s.GetPrefix() != "":
			out = append(out, s.GetPrefix())
		default:
			b, _ := json.Marshal(pj(s))
			out = append(out, string(b))
		}
	}
	return out
}

func certs(c *tls.CommonTlsContext) []string {
	var out []string
	for _, s := range c.GetTlsCertificateSdsSecretConfigs() {
		out = append(out, s.GetName())
	}
	return out
}

// What both ends of TLS have.
func addCommonTls(c *tls.CommonTlsContext, out M) {
	if a := c.GetAlpnProtocols(); len(a) > 0 {
		out["alpn"] = a
	}
	if a := sans(c); len(a) > 0 {
		out["subject_alt_names"] = a
	}
	if a := certs(c); len(a) > 0 {
		out["certificate"] = a
	}
}

func upstream(ts *corepb.TransportSocket) any {
	if ts == nil {
		return nil
	}
	if ts.Name == "envoy.transport_sockets.raw_buffer" {
		return nil
	}
	if w := (&pp.ProxyProtocolUpstreamTransport{}); ts.GetTypedConfig().UnmarshalTo(w) == nil {
		return upstream(w.TransportSocket)
	}
	u := &tls.UpstreamTlsContext{}
	if err := ts.GetTypedConfig().UnmarshalTo(u); err != nil {
		return nil
	}
	out := M{}
	if u.Sni != "" {
		out["sni"] = u.Sni
	}
	addCommonTls(u.GetCommonTlsContext(), out)
	return out
}

func downstream(ts *corepb.TransportSocket) any {
	d := &tls.DownstreamTlsContext{}
	if err := ts.GetTypedConfig().UnmarshalTo(d); err != nil {
		return nil
	}
	out := M{}
	if d.GetRequireClientCertificate().GetValue() {
		out["require_client_certificate"] = true
	}
	addCommonTls(d.GetCommonTlsContext(), out)
	return out
}

func cidr(rs []*corepb.CidrRange) []string {
	var out []string
	for _, r := range rs {
		out = append(out, fmt.Sprintf("%s/%d", r.AddressPrefix, r.GetPrefixLen().GetValue()))
	}
	return out
}

func chain(c *listenerpb.FilterChain) M {
	m := M{}
	f := c.GetFilterChainMatch()
	if len(f.GetServerNames()) > 0 {
		m["server_names"] = f.ServerNames
	}
	if f.GetTransportProtocol() != "" {
		m["transport_protocol"] = f.TransportProtocol
	}
	if len(f.GetApplicationProtocols()) > 0 {
		m["application_protocols"] = f.ApplicationProtocols
	}
	if f.GetDestinationPort() != nil {
		m["destination_port"] = f.DestinationPort.Value
	}
	if len(f.GetPrefixRanges()) > 0 {
		m["prefix_ranges"] = cidr(f.PrefixRanges)
	}
	if len(f.GetSourcePrefixRanges()) > 0 {
		m["source_prefix_ranges"] = cidr(f.SourcePrefixRanges)
	}
	out := M{"match": m}
	fs := []string{}
	for _, x := range c.Filters {
		fs = append(fs, x.Name)
		if t := (&tcp.TcpProxy{}); x.GetTypedConfig().UnmarshalTo(t) == nil {
			if t.GetCluster() != "" {
				out["cluster"] = t.GetCluster()
			}
			if w := t.GetWeightedClusters(); w != nil {
				l := [][]any{}
				for _, c := range w.Clusters {
					l = append(l, []any{c.Name, c.Weight})
				}
				out["weighted_clusters"] = l
			}
		}
		if h := (&hcm.HttpConnectionManager{}); x.GetTypedConfig().UnmarshalTo(h) == nil {
			if h.GetRds() != nil {
				out["route_config"] = h.GetRds().RouteConfigName
			} else if h.GetRouteConfig() != nil {
				out["route_config"] = h.GetRouteConfig().Name
			}
		}
	}
	out["filters"] = fs
	if c.TransportSocket != nil {
		if d := downstream(c.TransportSocket); d != nil {
			out["downstream_tls"] = d
		}
	}
	return out
}

func rt(r *routepb.Route) M {
	out := M{"match": pj(r.Match)}
	switch a := r.Action.(type) {
	case *routepb.Route_Route:
		if c := a.Route.GetCluster(); c != "" {
			out["cluster"] = c
		}
		if w := a.Route.GetWeightedClusters(); w != nil {
			l := [][]any{}
			for _, c := range w.Clusters {
				l = append(l, []any{c.Name, c.GetWeight().GetValue()})
			}
			out["weighted_clusters"] = l
		}
	case *routepb.Route_DirectResponse:
		out["direct_response"] = a.DirectResponse.Status
	case *routepb.Route_Redirect:
		out["redirect"] = pj(a.Redirect)
	}
	return out
}

type proxyDef struct {
	Type, Name, Namespace, IP, ServiceAccount string
	Labels                                    map[string]string
}

// The addresses of a cluster's endpoints; nil when it has none.
func addresses(assignment *endpointpb.ClusterLoadAssignment) []string {
	var out []string
	for _, l := range assignment.Endpoints {
		for _, x := range l.LbEndpoints {
			a := x.GetEndpoint().GetAddress()
			if sa := a.GetSocketAddress(); sa != nil {
				out = append(out, fmt.Sprintf("%s:%d", sa.Address, sa.GetPortValue()))
			} else if i := a.GetEnvoyInternalAddress(); i != nil {
				out = append(out, "envoy://"+i.GetServerListenerName())
			} else if p := a.GetPipe(); p != nil {
				out = append(out, p.Path)
			}
		}
	}
	return out
}

func convert(s *xdsfake.FakeDiscoveryServer, p *model.Proxy) M {
	ls := s.Listeners(p)
	cs := s.Clusters(p)
	rs := s.RoutesFromListeners(p, ls)
	eps := map[string][]string{}
	for _, e := range s.Endpoints(p) {
		eps[e.ClusterName] = append(eps[e.ClusterName], addresses(e)...)
	}
	L := []any{}
	for _, l := range ls {
		m := M{"name": l.Name, "address": l.GetAddress().GetSocketAddress().GetAddress(), "port": l.GetAddress().GetSocketAddress().GetPortValue()}
		if l.GetInternalListener() != nil {
			m["internal"] = true
		}
		if l.BindToPort != nil {
			m["bind_to_port"] = l.BindToPort.Value
		}
		lf := []string{}
		for _, f := range l.ListenerFilters {
			lf = append(lf, f.Name)
		}
		m["listener_filters"] = lf
		fc := []any{}
		for _, c := range l.FilterChains {
			fc = append(fc, chain(c))
		}
		m["filter_chains"] = fc
		if l.DefaultFilterChain != nil {
			m["default_filter_chain"] = chain(l.DefaultFilterChain)
		}
		L = append(L, m)
	}
	C := []any{}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].Name < cs[j].Name })
	for _, c := range cs {
		m := M{"name": c.Name}
		ty := c.GetType().String()
		if x := c.GetClusterType(); x != nil {
			ty = x.Name
		}
		m["type"] = ty
		var e []string
		if c.GetType() == clusterpb.Cluster_EDS && c.GetClusterType() == nil {
			e = eps[c.Name]
			if e == nil {
				e = []string{}
			}
		} else if c.LoadAssignment != nil {
			e = addresses(c.LoadAssignment)
		}
		if e != nil {
			m["endpoints"] = e
		}
		if c.LbPolicy != clusterpb.Cluster_ROUND_ROBIN {
			m["lb_policy"] = c.LbPolicy.String()
		}
		if u := upstream(c.TransportSocket); u != nil {
			m["upstream_tls"] = u
		}
		if len(c.TransportSocketMatches) > 0 {
			l := []any{}
			for _, x := range c.TransportSocketMatches {
				l = append(l, M{"name": x.Name, "upstream_tls": upstream(x.TransportSocket)})
			}
			m["upstream_tls_matches"] = l
		}
		C = append(C, m)
	}
	R := []any{}
	for _, r := range rs {
		vs := []any{}
		for _, v := range r.VirtualHosts {
			routes := []any{}
			for _, x := range v.Routes {
				routes = append(routes, rt(x))
			}
			m := M{"name": v.Name, "domains": v.Domains, "routes": routes}
			if v.RequireTls != routepb.VirtualHost_NONE {
				m["require_tls"] = v.RequireTls.String()
			}
			vs = append(vs, m)
		}
		R = append(R, M{"name": r.Name, "virtual_hosts": vs})
	}
	return M{"listeners": L, "clusters": C, "routes": R}
}

func kinds(doc string) (api, kind string) {
	m := M{}
	yaml.Unmarshal([]byte(doc), &m)
	a, _ := m["apiVersion"].(string)
	k, _ := m["kind"].(string)
	return a, k
}

func one(t *testing.T, dir string) {
	defer func() {
		if r := recover(); r != nil {
			t.Error(r)
		}
	}()
	b, err := os.ReadFile(filepath.Join(dir, "manifests.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var kube, conf []string
	for _, d := range strings.Split("\n"+string(b), "\n---") {
		if strings.TrimSpace(d) == "" {
			continue
		}
		a, k := kinds(d)
		if k == "" || k == "List" {
			continue
		}
		g := strings.Split(a, "/")[0]
		switch {
		case strings.HasSuffix(g, ".istio.io"):
			conf = append(conf, d)
			if k == "ServiceEntry" {
				kube = append(kube, d) // the Gateway API's parents are looked up here
			}
		case k == "Namespace" || k == "Service" || k == "Pod" || k == "EndpointSlice" || k == "Secret" || k == "ConfigMap" || k == "ServiceAccount" || g == "gateway.networking.k8s.io":
			kube = append(kube, d)
		}
	}
	opts := xdsfake.FakeOptions{KubernetesObjectString: strings.Join(kube, "\n---\n")}
	cfgs, _, err := crd.ParseInputs(strings.Join(conf, "\n---\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range cfgs {
		cfgs[i].Domain = "cluster.local"
	}
	opts.Configs = cfgs

	if mb, err := os.ReadFile(filepath.Join(dir, "meshconfig.yaml")); err == nil {
		mc, err := mesh.ApplyMeshConfigDefaults(string(mb))
		if err != nil {
			t.Fatal(err)
		}
		opts.MeshConfig = mc
	}
	s := xdsfake.NewFakeDiscoveryServer(t, opts)
	pb, _ := os.ReadFile(filepath.Join(dir, "proxies.yaml"))
	var ps []proxyDef
	if err := yaml.Unmarshal(pb, &ps); err != nil {
		t.Fatal(err)
	}
	for _, d := range ps {
		sa := d.ServiceAccount
		if sa == "" {
			sa = "default"
		}
		ty := model.SidecarProxy
		out := "sidecar"
		if d.Type == "gateway" {
			ty = model.Router
			out = "gateway"
		}
		p := &model.Proxy{Type: ty, ID: d.Name + "." + d.Namespace, ConfigNamespace: d.Namespace, IPAddresses: []string{d.IP}, Labels: d.Labels,
			Metadata: &model.NodeMetadata{Namespace: d.Namespace, Labels: d.Labels, ServiceAccount: sa, ClusterID: "Kubernetes"}}
		o, err := json.MarshalIndent(convert(s, s.SetupProxy(p)), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, out+".xds.json"), o, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScenarios(t *testing.T) {
	for _, root := range strings.Split(os.Getenv("SCENARIOS"), ":") {
		ds, _ := filepath.Glob(filepath.Join(root, "*", "manifests.yaml"))
		for _, d := range ds {
			t.Run(filepath.Base(filepath.Dir(d)), func(t *testing.T) { one(t, filepath.Dir(d)) })
		}
	}
}
