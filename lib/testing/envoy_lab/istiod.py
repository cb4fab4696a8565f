"""What istiod makes of the generated resources, as far as TLS through an egress gateway goes.

Held against istiod's own output: one chain a Gateway server, named by the server's hosts; clusters
`outbound|port|subset|host`; EnvoyFilters as in pilot/pkg/networking/core/envoyfilter.
"""
import copy

TYPE = 'type.googleapis.com/envoy.extensions.'
TCP_PROXY = 'envoy.filters.network.tcp_proxy'


def extension(name, kind, **fields):
    return {'name': name, 'typed_config': {'@type': TYPE + kind, **fields}}


def tls_files(certificates, name):
    return {'tls_certificates': [{'certificate_chain': {'filename': certificates.chain(name)},
                                  'private_key': {'filename': certificates.key(name)}}]}


def mesh_ca(certificates):
    return {'trusted_ca': {'filename': certificates.chain('mesh')}}


def endpoint(address, port):
    return {'endpoint': {'address': {'socket_address': {'address': address, 'port_value': port}}}}


def cluster(name, kind, endpoints, **fields):
    return {'name': name, 'type': kind, 'connect_timeout': '10s', 'load_assignment': {
        'cluster_name': name, 'endpoints': [{'lb_endpoints': endpoints}]}, **fields}


def tcp_proxy(to):
    return extension(TCP_PROXY, 'filters.network.tcp_proxy.v3.TcpProxy', stat_prefix=to, cluster=to)


class Proxy:
    """The configuration of one Envoy; its listeners are known by the port that istiod gives them."""

    def __init__(self, context, labels, namespace):
        self.context, self.labels, self.namespace = context, labels, namespace
        self.listeners = {}  # port: filter chains
        self.added_listeners = []
        self.clusters = {}

    def add_chain(self, port, server_names, filters, **fields):
        self.listeners.setdefault(port, []).append(
            {'filter_chain_match': {'server_names': server_names}, 'filters': filters, **fields})

    def bootstrap(self, dns_port):
        listeners = [{
            'name': f'0.0.0.0_{port}',
            'address': {'socket_address': {'address': '127.0.0.1', 'port_value': 0}},
            'listener_filters': [extension('envoy.filters.listener.tls_inspector',
                                           'filters.listener.tls_inspector.v3.TlsInspector')],
            'filter_chains': chains} for port, chains in sorted(self.listeners.items())]
        loopback = {'address': '127.0.0.1'}
        return {
            'node': {'id': self.context, 'cluster': self.context},
            'admin': {'address': {'socket_address': {**loopback, 'port_value': 0}}},
            'bootstrap_extensions': [extension(
                'envoy.bootstrap.internal_listener',
                'bootstrap.internal_listener.v3.InternalListener', buffer_size_kb=64)],
            'typed_dns_resolver_config': extension(
                'envoy.network.dns_resolver.cares',
                'network.dns_resolver.cares.v3.CaresDnsResolverConfig',
                resolvers=[{'socket_address': {**loopback, 'port_value': dns_port}}],
                dns_resolver_options={'no_default_search_domain': True}),
            'static_resources': {'listeners': listeners + self.added_listeners,
                                 'clusters': list(self.clusters.values())}}


class Resources:
    """The generated set."""

    def __init__(self, documents):
        self._documents = [d for d in documents if d]

    def kind(self, kind):
        return sorted((d for d in self._documents if d['kind'] == kind),
                      key=lambda d: (d['metadata']['namespace'], d['metadata']['name']))

    def gateway_pod(self):
        (deployment,) = self.kind('Deployment')
        return deployment['spec']['template']['metadata']['labels'], deployment['metadata']

    def identity(self):
        _, pod = self.gateway_pod()
        (deployment,) = self.kind('Deployment')
        account = deployment['spec']['template']['spec']['serviceAccountName']
        return f'spiffe://cluster.local/ns/{pod["namespace"]}/sa/{account}'

    def target_port(self, port):
        """What Envoy listens on where the Gateway says `port`."""
        (service,) = self.kind('Service')
        return next(p['targetPort'] for p in service['spec']['ports'] if p['port'] == port)

    def outer_sni_for(self, host):
        """What an unpatched sidecar sends for an SNI that a route names as it is here."""
        for service in self.kind('VirtualService'):
            for route in service['spec'].get('tls', []):
                if any(host in match['sniHosts'] for match in route['match']):
                    return self.outer_sni(route['route'][0]['destination']['subset'])
        raise KeyError(host)

    def outer_sni(self, subset):
        for rule in self.kind('DestinationRule'):
            for entry in rule['spec'].get('subsets', []):
                if entry['name'] == subset:
                    (setting,) = entry['trafficPolicy']['portLevelSettings']
                    return setting['tls']['sni']
        raise KeyError(subset)


def gateway(resources, certificates):
    """The egress gateway without its EnvoyFilters."""
    labels, pod = resources.gateway_pod()
    proxy = Proxy('GATEWAY', labels, pod['namespace'])
    for entry in resources.kind('Gateway'):
        for server in entry['spec']['servers']:
            port = server['port']['number']
            to = _route(resources, entry['metadata']['name'], port)
            proxy.clusters[to] = _service_cluster(resources, to)
            proxy.add_chain(
                resources.target_port(port), [h.split('/')[-1] for h in server['hosts']],
                [tcp_proxy(to)],
                transport_socket_connect_timeout='15s',
                transport_socket=extension(
                    'envoy.transport_sockets.tls',
                    'transport_sockets.tls.v3.DownstreamTlsContext',
                    require_client_certificate=True,
                    common_tls_context={
                        'alpn_protocols': ['istio-peer-exchange', 'h2', 'http/1.1'],
                        'validation_context': mesh_ca(certificates),
                        **tls_files(certificates, 'gateway')}))
    return proxy


def _route(resources, gateway_name, port):
    for service in resources.kind('VirtualService'):
        if gateway_name in service['spec']['gateways']:
            for route in service['spec'].get('tcp', []):
                if all(match['port'] == port for match in route['match']):
                    (entry,) = route['route']
                    to = entry['destination']
                    return f'outbound|{to["port"]["number"]}||{to["host"]}'
    raise KeyError(f'{gateway_name} leads nowhere')


def _service_cluster(resources, name):
    _, port, _, host = name.split('|')
    for entry in resources.kind('ServiceEntry'):
        spec = entry['spec']
        if host not in spec['hosts']:
            continue
        number = next(p.get('targetPort', p['number']) for p in spec['ports']
                      if p['number'] == int(port))
        if spec['resolution'] == 'DNS':
            return cluster(name, 'STRICT_DNS', [endpoint(host, number)],
                           dns_lookup_family='V4_ONLY')
        if spec['resolution'] == 'STATIC':
            return cluster(name, 'STATIC',
                           [endpoint(e['address'], number) for e in spec['endpoints']])
    raise KeyError(f'no ServiceEntry gives an address for {name}')


def authorize(proxy, resources):
    """Puts the AuthorizationPolicies into every chain of the gateway."""
    policies = {}
    for entry in resources.kind('AuthorizationPolicy'):
        assert entry['spec']['action'] == 'ALLOW'
        for i, rule in enumerate(entry['spec']['rules']):
            policies[f'{entry["metadata"]["name"]}-{i}'] = {
                'permissions': [{'or_rules': {'rules': [
                    {'requested_server_name': _matcher(value)}
                    for condition in rule['when'] for value in condition['values']]}}],
                'principals': [{'or_ids': {'ids': [
                    {'authenticated': {'principal_name': _matcher(value, 'spiffe://')}}
                    for source in rule['from'] for value in source['source']['principals']]}}]}
    for chains in proxy.listeners.values():
        for chain in chains:
            chain['filters'].insert(0, extension(
                'envoy.filters.network.rbac', 'filters.network.rbac.v3.RBAC',
                stat_prefix='tcp.', rules={'action': 'ALLOW', 'policies': policies}))


def _matcher(value, prefix=''):
    if value == '*':
        return {'safe_regex': {'regex': '.+'}}
    if value.startswith('*'):
        return {'suffix': value[1:]}
    if value.endswith('*'):
        return {'prefix': prefix + value[:-1]}
    return {'exact': prefix + value}


def sidecar(resources, certificates, gateway_ports, namespace):
    """A client's sidecar without its EnvoyFilters; `gateway_ports`: target port -> port here."""
    proxy = Proxy('SIDECAR_OUTBOUND', {}, namespace)
    for service in resources.kind('VirtualService'):
        if 'mesh' not in service['spec']['gateways']:
            continue
        for route in service['spec'].get('tls', []):
            (entry,) = route['route']
            to = entry['destination']
            name = f'outbound|{to["port"]["number"]}|{to["subset"]}|{to["host"]}'
            target = gateway_ports[resources.target_port(to['port']['number'])]
            proxy.clusters[name] = cluster(
                name, 'STATIC', [endpoint('127.0.0.1', target)],
                transport_socket=extension(
                    'envoy.transport_sockets.tls',
                    'transport_sockets.tls.v3.UpstreamTlsContext',
                    sni=resources.outer_sni(to['subset']),
                    common_tls_context={
                        # The real sidecar's list, [istio-peer-exchange, istio], is for its
                        # metadata exchange filter, which the stock Envoy does not have.
                        'alpn_protocols': ['istio-peer-exchange', 'istio'],
                        'validation_context': {
                            **mesh_ca(certificates),
                            'match_typed_subject_alt_names': [{
                                'san_type': 'URI',
                                'matcher': {'exact': resources.identity()}}]},
                        **tls_files(certificates, 'client')}))
            for match in route['match']:
                proxy.add_chain(match['port'], match['sniHosts'], [tcp_proxy(name)])
    return proxy


def apply_filters(proxy, resources, root_namespace='istio-system'):
    """Applies the EnvoyFilters; returns those of their patches that changed nothing."""
    patches = []
    for entry in resources.kind('EnvoyFilter'):
        labels = entry['spec'].get('workloadSelector', {}).get('labels', {})
        if entry['metadata']['namespace'] not in (proxy.namespace, root_namespace):
            continue
        if not labels.items() <= proxy.labels.items():
            continue
        for patch in entry['spec']['configPatches']:
            if patch['match']['context'] == proxy.context:
                patches.append((entry['metadata']['name'], copy.deepcopy(patch)))
    idle = []
    # Chains are changed before listeners are added, so that no patch reaches those, and filters are
    # merged before others are inserted.
    order = ['CLUSTER', 'MERGE', 'INSERT_BEFORE', 'LISTENER']

    def place(named):
        step = named[1]['applyTo']
        return order.index(named[1]['patch']['operation'] if step == 'NETWORK_FILTER' else step)

    for name, patch in sorted(patches, key=place):
        if not _apply(proxy, patch):
            idle.append(f'{name}: {patch["applyTo"]} {patch["patch"]["operation"]}')
    return idle


def _apply(proxy, patch):
    operation, value = patch['patch']['operation'], patch['patch']['value']
    if patch['applyTo'] == 'NETWORK_FILTER':
        return sum(_patch_chain(chain, patch['match']['listener']['filterChain'], operation, value)
                   for chain in proxy.listeners.get(patch['match']['listener']['portNumber'], []))
    assert operation == 'ADD', operation
    if patch['applyTo'] == 'CLUSTER':
        assert value['name'] not in proxy.clusters, value['name']
        proxy.clusters[value['name']] = value
    else:
        proxy.added_listeners.append(value)
    return True


def _patch_chain(chain, match, operation, value):
    if match['sni'] not in chain['filter_chain_match'].get('server_names', []):
        return False
    for i, item in enumerate(chain['filters']):
        if item['name'] == match['filter']['name']:
            if operation == 'MERGE':
                merge(item, value)
            else:
                chain['filters'].insert(i, copy.deepcopy(value))
            return True
    return False


def merge(into, value):
    """As protobuf merges messages: fields replace, messages merge, lists grow."""
    for key, item in value.items():
        if isinstance(item, dict) and isinstance(into.get(key), dict):
            merge(into[key], item)
        elif isinstance(item, list) and isinstance(into.get(key), list):
            into[key] += item
        else:
            into[key] = item
