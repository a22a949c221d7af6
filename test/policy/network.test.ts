import { compilePolicy, decideNetwork, type Decision, type NetworkDocument } from '../../policy';

interface Case {
  readonly rule: string;
  readonly url: string;
  readonly method?: string;
  readonly effect: Decision['effect'];
  readonly why: string;
}

function decide(compat: NetworkDocument['compat'] & string, { rule, url, method = 'GET' }: Case) {
  const policy = compilePolicy([
    { apiVersion: 'aigov/v1', name: 'test', network: { compat, allow: [rule] } },
  ]);
  return decideNetwork(policy, { method, url });
}

describe('boundary', () => {
  test.each<Case>([
    {
      effect: 'allow',
      rule: '',
      url: 'https://any.example/x',
      why: 'the empty rule allows everything',
    },
    {
      effect: 'allow',
      rule: 'path=/',
      url: 'https://h/x/y',
      why: 'an empty pattern is every path',
    },
    { effect: 'allow', rule: 'path=', url: 'https://h', why: 'an empty pattern is every path' },
    {
      effect: 'allow',
      rule: 'path=/a,',
      url: 'https://h/z',
      why: 'a trailing comma is every path',
    },
    { effect: 'allow', rule: 'path=,/a', url: 'https://h/z', why: 'a leading comma is every path' },
    {
      effect: 'allow',
      rule: 'path=/a,,/b',
      url: 'https://h/z',
      why: 'a double comma is every path',
    },
    { effect: 'allow', rule: 'path=/a,/', url: 'https://h/z', why: 'a lone slash is every path' },
    {
      effect: 'allow',
      rule: 'domain=a.com domain=b.com',
      url: 'https://a.com.b.com/',
      why: 'joined',
    },
    { effect: 'deny', rule: 'domain=a.com domain=b.com', url: 'https://a.com/', why: 'joined' },
    { effect: 'allow', rule: 'path=/api/', url: 'https://h/api', why: 'the slash is dropped' },
    { effect: 'deny', rule: 'path=/api/', url: 'https://h/api/', why: 'the slash is dropped' },
    { effect: 'deny', rule: 'path=/api', url: 'https://h/api/', why: 'one segment more' },
    { effect: 'deny', rule: 'path=*', url: 'https://h', why: 'no path, no segment' },
    { effect: 'allow', rule: 'path=*', url: 'https://h/', why: 'a star may be empty' },
    { effect: 'allow', rule: 'path=/api/*', url: 'https://h/api/../admin', why: 'not normalised' },
    {
      effect: 'allow',
      rule: 'path=/api/*',
      url: 'https://h/api/%2e%2e/admin',
      why: 'not normalised',
    },
    { effect: 'allow', rule: 'path=/a/b', url: 'https://h/a%2Fb', why: 'decoded, then split' },
    { effect: 'deny', rule: 'path=/a%2Fb', url: 'https://h/a%2Fb', why: 'rules are not decoded' },
    { effect: 'deny', rule: 'path=/hello%20world', url: 'https://h/hello%20world', why: 'same' },
    { effect: 'allow', rule: 'path=/user*', url: 'https://h/user*', why: 'a literal star' },
    { effect: 'deny', rule: 'path=/user*', url: 'https://h/users', why: 'a literal star' },
    { effect: 'allow', rule: 'domain=*.1', url: 'http://10.0.0.1/', why: 'a star swallows octets' },
    { effect: 'deny', rule: 'domain=github.com', url: 'https://GitHub.com', why: 'case-sensitive' },
    {
      effect: 'deny',
      rule: 'method= domain=x',
      url: 'https://x/',
      why: 'no request has no method',
    },
    { effect: 'allow', rule: 'domain=x ', url: 'https://x/', why: 'trailing space' },
    { effect: 'allow', rule: 'domain=*', url: 'http://[::1]/', why: 'a lone star is everything' },
    { effect: 'allow', rule: 'domain=*', url: 'https:///x', why: 'also the empty host' },
    { effect: 'deny', rule: 'domain=*', url: 'https://h/%zz', why: 'unparsable matches nothing' },
    { effect: 'deny', rule: 'domain=*', url: 'https://a b/', why: 'a space in the host' },
    { effect: 'deny', rule: 'domain=*', url: 'https://a\\b/', why: 'a backslash in the host' },
    {
      effect: 'allow',
      rule: 'domain=*.github.com',
      url: 'https://a.b.github.com/',
      why: '1 or more labels',
    },
    {
      effect: 'deny',
      rule: 'domain=*.github.com',
      url: 'https://github.com/',
      why: 'not the base',
    },
    {
      effect: 'deny',
      rule: 'domain=github.com',
      url: 'https://evilgithub.com/',
      why: 'label boundary',
    },
    {
      effect: 'allow',
      rule: 'domain=a.*.com',
      url: 'https://a.b.com/',
      why: 'inner star is one label',
    },
    {
      effect: 'deny',
      rule: 'domain=a.*.com',
      url: 'https://a.b.c.com/',
      why: 'inner star is one label',
    },
    {
      effect: 'deny',
      rule: 'method=GET',
      method: 'HEAD',
      url: 'https://h/',
      why: 'GET is not HEAD',
    },
    { effect: 'deny', rule: 'method=GE*', method: 'GET', url: 'https://h/', why: 'a literal star' },
    { effect: 'allow', rule: 'method=*', method: 'BREW', url: 'https://h/', why: 'any method' },
    {
      effect: 'allow',
      rule: 'domain=github.com',
      url: 'github.com/x',
      why: 'https:// is put in front',
    },
    {
      effect: 'deny',
      rule: 'domain=github.com',
      url: 'github.com/?u=http://x',
      why: '"://" anywhere',
    },
  ])('$effect $rule for $url: $why', (row) => {
    expect(decide('boundary', row).effect).toBe(row.effect);
  });
});

describe('strict', () => {
  test.each<Case>([
    {
      effect: 'allow',
      rule: 'domain=github.com',
      url: 'https://GitHub.com/',
      why: 'host case does not matter',
    },
    {
      effect: 'allow',
      rule: 'domain=GitHub.com',
      url: 'https://github.com/',
      why: 'in rules neither',
    },
    {
      effect: 'deny',
      rule: 'path=/api/*',
      url: 'https://h.example/api/../admin',
      why: 'dots are resolved',
    },
    {
      effect: 'allow',
      rule: 'path=/admin',
      url: 'https://h.example/api/../admin',
      why: 'dots are resolved',
    },
    {
      effect: 'deny',
      rule: 'path=/api/*',
      url: 'https://h.example/api/%2e%2e/admin',
      why: 'escaped too',
    },
    {
      effect: 'deny',
      rule: 'path=/api/*',
      url: 'https://h.example/api/..%2fadmin',
      why: 'a server may decode first',
    },
    {
      effect: 'deny',
      rule: 'path=/api/*',
      url: 'https://h.example/api/..\\admin',
      why: 'backslash as slash',
    },
    {
      effect: 'deny',
      rule: 'path=/api/*',
      url: 'https://h.example/api/..;/admin',
      why: 'path parameters',
    },
    {
      effect: 'deny',
      rule: 'path=/api/*',
      url: 'https://h.example/api/%252e%252e/admin',
      why: 'decoded twice',
    },
    {
      effect: 'allow',
      rule: 'domain=registry.example',
      url: 'https://registry.example/@a%2fb',
      why: 'no path to misread',
    },
    {
      effect: 'deny',
      rule: 'domain=*',
      url: 'https://good.example@evil.example/',
      why: 'user information',
    },
    { effect: 'deny', rule: 'domain=*', url: 'http://0x7f.1/', why: 'odd spelling of an address' },
    {
      effect: 'deny',
      rule: 'domain=*',
      url: 'http://2130706433/',
      why: 'odd spelling of an address',
    },
    { effect: 'deny', rule: 'domain=*', url: 'http://169.254.169.254/latest', why: 'metadata' },
    {
      effect: 'deny',
      rule: 'domain=*',
      url: 'http://[::ffff:127.0.0.1]/',
      why: 'loopback in disguise',
    },
    { effect: 'allow', rule: 'domain=*', url: 'http://1.1.1.1/', why: 'a public address' },
    { effect: 'deny', rule: 'domain=*', url: 'https://h.example./', why: 'trailing dot' },
    { effect: 'deny', rule: 'domain=*', url: 'https://h.example/ x', why: 'space' },
    { effect: 'deny', rule: 'domain=*', url: 'ftp://h.example/', why: 'not HTTP' },
    { effect: 'allow', rule: 'path=/*', url: 'https://h.example', why: 'no path is the root' },
  ])('$effect $rule for $url: $why', (row) => {
    expect(decide('strict', row).effect).toBe(row.effect);
  });
});
