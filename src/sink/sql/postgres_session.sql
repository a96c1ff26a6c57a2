-- Nothing that somebody put into public can stand in for what we mean.
SET search_path = pg_catalog, pg_temp;
SET client_min_messages = error;
SET standard_conforming_strings = on;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC'
