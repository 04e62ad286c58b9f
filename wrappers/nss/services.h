/*
 * Services that hosts name in /etc/nsswitch.conf and that no bundle brings.
 * lib/plan/data/name-services.json says what each is; a test holds the two together.
 */

/* Users and groups. SSSD alone answers for the first. */
SSSD(sss)
USERS(altfiles)
USERS(cache)
USERS(centrifydc)
USERS(compat)
USERS(db)
USERS(extrausers)
USERS(hesiod)
USERS(ldap)
USERS(lsass)
USERS(lwidentity)
USERS(mymachines)
USERS(nis)
USERS(nisplus)
USERS(systemd)
USERS(vas3)
USERS(vas4)
USERS(winbind)

/* Hosts. */
HOSTS(altfiles)
HOSTS(ldap)
HOSTS(libvirt)
HOSTS(libvirt_guest)
HOSTS(myhostname)
HOSTS(mymachines)
HOSTS(nis)
HOSTS(nisplus)
HOSTS(resolve)
HOSTS(sss)
HOSTS(wins)
LOCAL_HOSTS(mdns)
LOCAL_HOSTS(mdns4)
LOCAL_HOSTS(mdns4_minimal)
LOCAL_HOSTS(mdns6)
LOCAL_HOSTS(mdns6_minimal)
LOCAL_HOSTS(mdns_minimal)
