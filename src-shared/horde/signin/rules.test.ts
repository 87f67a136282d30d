import { describe, expect, it } from 'vitest';
import { type ClaimRules, claimsNeeded, isAllowed, joinClaims, rolesOf, subjectOf } from './rules.ts';

type Change = Partial<Omit<ClaimRules, 'allow'>> & { allow?: Partial<ClaimRules['allow']> };

const rules = (change: Change = {}): ClaimRules => ({
  subject_claim: 'sub',
  groups_claim: 'groups',
  role_map: [],
  ...change,
  allow: { email_domains: [], groups: [], subjects: [], ...change.allow },
});

describe('who is let in', () => {
  const domain = rules({ allow: { email_domains: ['Example.org'] } });
  const group = rules({ allow: { groups: ['friends'] } });

  it.each([
    ['everybody where there is no rule', rules(), {}, true],
    ['a verified address of the domain', domain, { email: 'a@example.ORG', email_verified: true }, true],
    ['an address that is not verified', domain, { email: 'a@example.org', email_verified: false }, false],
    ['a mark that is a text', domain, { email: 'a@example.org', email_verified: 'false' }, false],
    ['an address without a mark', domain, { email: 'a@example.org' }, false],
    ['a domain below it', domain, { email: 'a@sub.example.org', email_verified: true }, false],
    ['a domain that ends alike', domain, { email: 'a@notexample.org', email_verified: true }, false],
    ['a domain before another', domain, { email: 'a@example.org@b.net', email_verified: true }, false],
    ['a domain alone', domain, { email: '@example.org', email_verified: true }, false],
    ['a member', group, { groups: ['others', 'friends'] }, true],
    ['a member by a text', group, { groups: 'friends' }, true],
    ['a member of a group whose name holds it', group, { groups: ['friends of friends'] }, false],
    ['groups that are none', group, { groups: { friends: true } }, false],
    ['nothing said of groups', group, {}, false],
    ['a listed subject', rules({ allow: { subjects: ['7'] } }), { sub: '7' }, true],
    ['another subject', rules({ allow: { subjects: ['7'] } }), { sub: '8' }, false],
    [
      'who meets one rule of several',
      rules({ allow: { subjects: ['7'], groups: ['x'], email_domains: ['y.net'] } }),
      { sub: '8', groups: ['x'] },
      true,
    ],
  ])('%s', (_name, of, claims, verdict) => {
    expect(isAllowed(of, claims)).toBe(verdict);
  });
});

describe('the claims', () => {
  it.each([
    [{ sub: 'a' }, 'a'],
    [{ sub: 7 }, '7'],
    [{ sub: '' }, undefined],
    [{ sub: 1e300 }, undefined],
    [{ sub: ['a'] }, undefined],
    [{}, undefined],
  ])('of %j name %s', (claims, subject) => {
    expect(subjectOf(rules(), claims)).toBe(subject);
  });

  it('give each role once', () => {
    const role_map: ClaimRules['role_map'] = [
      { group: 'a', role: 'trusted' },
      { group: 'b', role: 'trusted' },
      { group: 'b', role: 'service' },
      { group: 'c', role: 'education' },
    ];
    expect(rolesOf(rules({ role_map }), { groups: ['a', 'b'] })).toEqual(['trusted', 'service']);
    expect(rolesOf(rules({ role_map, groups_claim: 'teams' }), { groups: ['a'], teams: ['c'] })).toEqual([
      'education',
    ]);
  });

  it('are asked for where a rule reads them', () => {
    expect(claimsNeeded(rules())).toEqual(['sub']);
    expect(claimsNeeded(rules({ allow: { email_domains: ['a.b'] } }))).toContain('email_verified');
    expect(
      claimsNeeded(rules({ groups_claim: 'teams', role_map: [{ group: 'a', role: 'trusted' }] })),
    ).toEqual(['sub', 'teams']);
  });

  it('of the token come first, and an address never takes its mark from elsewhere', () => {
    expect(joinClaims({ sub: '1' }, { sub: '2', groups: ['a'] })).toMatchObject({ sub: '1', groups: ['a'] });
    const marked = { email: 'b@b.b', email_verified: true };
    expect(joinClaims({ email: 'a@a.a' }, marked)).toMatchObject({
      email: 'a@a.a',
      email_verified: undefined,
    });
    expect(joinClaims({ email_verified: true }, { email: 'b@b.b' })).toMatchObject({
      email: 'b@b.b',
      email_verified: undefined,
    });
    expect(joinClaims({}, marked)).toEqual(marked);
  });
});
