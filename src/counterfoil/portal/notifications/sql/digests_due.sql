-- People for whom something waits to be told in a mail of the day.
--
-- In:     until timestamptz, people_max int
-- Out:    person_id
-- Locks:  none
-- Caller: portal.notifications.mails
SELECT DISTINCT n.person_id
FROM portal.notification AS n
WHERE n.in_digest AND n.at < %(until)s
ORDER BY n.person_id
LIMIT %(people_max)s
