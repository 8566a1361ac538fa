// SPDX-License-Identifier: Apache-2.0
#include "kit/check.h"

#include "agent/leases.h"

static void a_lease_ends_by_our_own_clock(void **state)
{
    (void)state;
    struct gw_leases leases;
    gw_leases_init(&leases);
    struct gw_host *host = gw_host_get(&leases, "example.gov.cn:443");
    assert_ptr_equal(gw_host_get(&leases, "example.gov.cn:443"), host);
    host->wanted = 1;
    assert_true(gw_lease_to_ask(host, 0));
    gw_lease_asked(host, 0);
    assert_false(gw_lease_to_ask(host, 100));
    assert_true(gw_lease_to_ask(host, GW_LEASE_ASK_AGAIN_MS));

    assert_true(gw_lease_granted(host, 3, 15000, 1000));
    assert_false(gw_lease_holds(host, 1000)); // its targets are still coming
    gw_lease_filled(host);
    assert_true(gw_lease_holds(host, 1000));
    assert_true(gw_lease_holds(host, 15000));
    assert_false(gw_lease_holds(host, 15600)); // before the TTL, not at it
    assert_int_equal(gw_leases_expire(&leases, 15999), 0);
    assert_int_equal(gw_leases_expire(&leases, 16000), 1);
    assert_int_equal(host->lease.state, GW_LEASE_NONE);
    assert_true(gw_lease_to_ask(host, 16000));
    gw_leases_fini(&leases);
}

static void renewal_keeps_the_targets_and_a_new_epoch_waits_for_them(void **state)
{
    (void)state;
    struct gw_leases leases;
    gw_leases_init(&leases);
    struct gw_host *host = gw_host_get(&leases, "a:443");
    host->wanted = 1;
    assert_true(gw_lease_granted(host, 1, 15000, 0));
    gw_lease_filled(host);
    assert_true(gw_lease_granted(host, 1, 15000, 4000));
    assert_true(gw_lease_holds(host, 17000));
    assert_true(gw_lease_granted(host, 2, 15000, 5000));
    assert_false(gw_lease_holds(host, 5000));
    gw_lease_filled(host);
    assert_true(gw_lease_holds(host, 5000));
    assert_false(gw_lease_granted(host, 1, 15000, 9000)); // an answer that was long on its way
    assert_int_equal(host->lease.until_ms, 20000);
    assert_int_equal(gw_leases_held(&leases), 1);
    gw_lease_lost(host);
    assert_int_equal(gw_leases_held(&leases), 0);
    gw_leases_fini(&leases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_ends_by_our_own_clock),
        cmocka_unit_test(renewal_keeps_the_targets_and_a_new_epoch_waits_for_them),
    };
    return cmocka_run_group_tests_name("agent/leases", tests, NULL, NULL);
}
