"""Which SQL functions tools may call: all that compute from their arguments and stay small.

Names are in lower case, as SQLite or another dialect writes them or as sqlglot calls them.
"""

_COUNTING = """
count sum total avg mean median min max any_value bool_and bool_or logical_and logical_or
group_concat string_agg listagg stddev variance quantile
row_number rank dense_rank percent_rank ntile lag lead first_value last_value nth_value
"""
_NUMBERS = """
abs round ceil ceiling floor sign mod sqrt power pow exp ln log log10 trunc greatest least div
pi
"""
_TEXTS = """
lower upper trim ltrim rtrim length char_length len substr substring left right instr position
strpos str_position contains starts_with startswith ends_with endswith concat concat_ws replace
initcap reverse printf format to_char unicode chr ascii like glob split_part split
"""
_DATES = """
date time datetime julianday strftime unixepoch date_add date_sub date_diff datediff date_trunc
timestamp_trunc extract date_part year month day hour minute second week quarter dayofweek
day_of_week dayofmonth day_of_month dayofyear day_of_year last_day make_date age dayname monthname
time_to_str str_to_time ts_or_ds_to_timestamp ts_or_ds_to_date ts_or_ds_add ts_or_ds_diff
timestamp_add timestamp_sub timestamp_diff timestamp date_str_to_date to_days
"""
_CHOOSING = """
coalesce ifnull nullif nvl if iif case cast try_cast exists and or xor not is_null typeof
json_extract json_extract_scalar -> ->>
"""

ALLOWED = frozenset(" ".join((_COUNTING, _NUMBERS, _TEXTS, _DATES, _CHOOSING)).split())

# These make texts of any length from short ones; only SQLite has a limit for that.
WIDENING = frozenset(("printf", "format", "replace"))

# Without arguments, or from 'now', these read the clock.
CLOCKS = {"date": 1, "time": 1, "datetime": 1, "julianday": 1, "unixepoch": 1, "strftime": 2}
