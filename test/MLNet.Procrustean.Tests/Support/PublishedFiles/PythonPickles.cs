namespace MLNet.Procrustean.Tests.Support.PublishedFiles;

/// <summary>
/// Pickles that Python's own pickler wrote, of a checkpoint as torch.save pickles it: numbers, a list, the state of an optimizer, and under
/// <c>state_dict</c> an OrderedDict with attributes of <c>a</c> [2, 3], its transposed view <c>a_t</c> as a parameter, and the counter
/// <c>n</c>.
/// </summary>
internal static class PythonPickles
{
    public static readonly byte[] Protocol2 = Convert.FromBase64String(
        "gAJ9cQAoWAUAAABlcG9jaHEBTSwBWAIAAABscnECRz+5mZmZmZmaWAQAAABhcmNocQNYCAAAAHJlc25ldDE4cQRYBAAAAGJlc3RxBYhYBAAAAG5vbmVx"
            + "Bk5YBQAAAHNpemVzcQddcQgoSwFK/v///0pwEQEAigUAXtCyAGVYCgAAAHN0YXRlX2RpY3RxCWNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxCilScQso"
            + "WAEAAABhcQxjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3RlbnNvcl92MgpxDSgoWAcAAABzdG9yYWdlcQ5jdG9yY2gKRmxvYXRTdG9yYWdlCnEPWAEAAAAw"
            + "cRBYAwAAAGNwdXERSwZ0cRJRSwBLAksDhnETSwNLAYZxFIloCilScRV0cRZScRdYAwAAAGFfdHEYY3RvcmNoLl91dGlscwpfcmVidWlsZF9wYXJhbWV0"
            + "ZXIKcRloDSgoaA5oD2gQaBFLBnRxGlFLAEsDSwKGcRtLAUsDhnEciWgKKVJxHXRxHlJxH4hoCilScSCHcSFScSJYAQAAAG5xI2gNKChoDmN0b3JjaApM"
            + "b25nU3RvcmFnZQpxJFgBAAAAMXElaBFLAXRxJlFLACkpiWgKKVJxJ3RxKFJxKXV9cSpYCQAAAF9tZXRhZGF0YXEraAopUnEsKFgAAAAAcS19cS5YBwAA"
            + "AHZlcnNpb25xL0sBc1gDAAAAYm4xcTB9cTFoL0sCc3VzYlgJAAAAb3B0aW1pemVycTJ9cTMoWAUAAABzdGF0ZXE0fXE1SwB9cTYoWAQAAABzdGVwcTdL"
            + "BVgDAAAAYnVmcThoDSgoaA5oD2gQaBFLBnRxOVFLAEsGhXE6SwGFcTuJaAopUnE8dHE9UnE+dXNYDAAAAHBhcmFtX2dyb3Vwc3E/XXFAfXFBKGgCRz+5"
            + "mZmZmZmaWAUAAABiZXRhc3FCRz/szMzMzMzNRz/v987ZFocrhnFDWAYAAABwYXJhbXNxRF1xRShLAEsBZXVhdXUu"
    );

    public static readonly byte[] Protocol4 = Convert.FromBase64String(
        "gASVZQIAAAAAAAB9lCiMBWVwb2NolE0sAYwCbHKURz+5mZmZmZmajARhcmNolIwIcmVzbmV0MTiUjARiZXN0lIiMBG5vbmWUTowFc2l6ZXOUXZQoSwFK"
            + "/v///0pwEQEAigUAXtCyAGWMCnN0YXRlX2RpY3SUjAtjb2xsZWN0aW9uc5SMC09yZGVyZWREaWN0lJOUKVKUKIwBYZSMDHRvcmNoLl91dGlsc5SMEl9y"
            + "ZWJ1aWxkX3RlbnNvcl92MpSTlCgojAdzdG9yYWdllIwFdG9yY2iUjAxGbG9hdFN0b3JhZ2WUk5SMATCUjANjcHWUSwZ0lFFLAEsCSwOGlEsDSwGGlIlo"
            + "DClSlHSUUpSMA2FfdJRoD4wSX3JlYnVpbGRfcGFyYW1ldGVylJOUaBEoKGgSaBVoFmgXSwZ0lFFLAEsDSwKGlEsBSwOGlIloDClSlHSUUpSIaAwpUpSH"
            + "lFKUjAFulGgRKChoEmgTjAtMb25nU3RvcmFnZZSTlIwBMZRoF0sBdJRRSwApKYloDClSlHSUUpR1fZSMCV9tZXRhZGF0YZRoDClSlCiMAJR9lIwHdmVy"
            + "c2lvbpRLAXOMA2JuMZR9lGg3SwJzdXNijAlvcHRpbWl6ZXKUfZQojAVzdGF0ZZR9lEsAfZQojARzdGVwlEsFjANidWaUaBEoKGgSaBVoFmgXSwZ0lFFL"
            + "AEsGhZRLAYWUiWgMKVKUdJRSlHVzjAxwYXJhbV9ncm91cHOUXZR9lChoAkc/uZmZmZmZmowFYmV0YXOURz/szMzMzMzNRz/v987ZFocrhpSMBnBhcmFt"
            + "c5RdlChLAEsBZXVhdXUu"
    );
}
